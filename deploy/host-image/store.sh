#!/bin/bash
# Goes through the steps and becomes the database. One that fails ends it, and the unit starts it anew.
folder=$(dirname "$0")
for step in packages volume image password; do "$folder/$step.sh" || exit; done
"$folder/up.sh" &
exec "$folder/mongo.sh"
