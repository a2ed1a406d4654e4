# syntax=docker/dockerfile:1
# The image of the operator: one bundle and the code of the functions, on a plain Node.js. What it is built on and what
# it runs on can be named: --build-arg BASE=gcr.io/distroless/nodejs24-debian12 has no shell. Without internet, or without
# a container engine, "npm run image" writes an image FROM scratch (docs/install.md).
ARG BUILD_BASE=node:24-bookworm-slim
ARG BASE=node:24-bookworm-slim

FROM ${BUILD_BASE} AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY tsconfig.json ./
COPY scripts ./scripts
COPY handlers ./handlers
COPY src ./src
COPY deploy/iam ./deploy/iam
RUN node_modules/.bin/node scripts/build.ts

FROM ${BASE}
LABEL org.opencontainers.image.title="Nami operator" \
      org.opencontainers.image.description="Keeps serverless webhook receivers running in your AWS account" \
      org.opencontainers.image.licenses="Apache-2.0"
WORKDIR /app
COPY --from=build /build/dist ./
COPY LICENSE ./
# One heap for all threads: glibc gives each its own and returns little of it, 10 MB here.
ENV MALLOC_ARENA_MAX=1
# What V8 parses its source with is freed and goes back to the system, 15 MB; by itself glibc keeps it for later.
ENV MALLOC_MMAP_THRESHOLD_=16384
# V8 takes all that it may have before it looks for what is not used any more: half of the memory's limit.
ENV NODE_OPTIONS="--max-old-space-size-percentage=50 --max-semi-space-size=2"
# Where distroless images have Node.js.
ENV PATH=/usr/local/bin:/usr/bin:/bin:/nodejs/bin
# Any user will do: the operator writes no file.
USER 65532:65532
ENTRYPOINT ["node", "/app/operator.mjs"]
