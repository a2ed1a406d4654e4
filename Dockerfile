# syntax=docker/dockerfile:1
# The image of the operator: one bundle and the code of the functions, on a plain Node.js.
ARG BASE=node:24-bookworm-slim

FROM ${BASE} AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY tsconfig.json ./
COPY scripts ./scripts
COPY handlers ./handlers
COPY src ./src
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
# Any user will do: the operator writes no file.
USER 65532:65532
ENTRYPOINT ["node", "/app/operator.mjs"]
