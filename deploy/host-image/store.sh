#!/bin/bash
# Goes through the steps and becomes the database. One that fails ends it, and the unit starts it anew.
folder=$(dirname "$0")
for step in packages volume image certificate user; do "$folder/$step.sh" || exit; done
exec "$folder/mongo.sh"
