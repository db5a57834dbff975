# The image of any service: docker build --build-arg SERVICE=movie .
# This is the only place that names base images; `make images` pins those that have a digest in Dockerfile.digests.
ARG NODE_IMAGE=node:24-bookworm-slim
ARG RUNTIME_IMAGE=gcr.io/distroless/nodejs24-debian12:nonroot

# Reduces the repository to what the service needs, once to build it and once to run it. The package.json files are separate
# from the sources, so that changing a source keeps the layers of the dependencies. Drops the Node for developers' machines.
FROM --platform=$BUILDPLATFORM ${NODE_IMAGE} AS prune
ENV TURBO_TELEMETRY_DISABLED=1
WORKDIR /repository
COPY package.json ./
RUN --mount=type=cache,target=/root/.npm \
    npm install --global --silent "turbo@$(node -p 'require("./package.json").devDependencies.turbo')"
COPY . .
ARG SERVICE
RUN turbo prune "@matinee/$SERVICE" --docker --out-dir /build \
    && turbo prune "@matinee/$SERVICE" --docker --production --out-dir /run \
    && npm pkg delete optionalDependencies --prefix /build/json \
    && npm pkg delete optionalDependencies devDependencies --prefix /run/json --workspaces --include-workspace-root

FROM --platform=$BUILDPLATFORM ${NODE_IMAGE} AS build
SHELL ["/bin/bash", "-e", "-O", "nullglob", "-c"]
ENV TURBO_TELEMETRY_DISABLED=1 CHECKPOINT_DISABLE=1
WORKDIR /app
COPY --from=prune /build/json/ ./
RUN --mount=type=cache,target=/root/.npm npm ci --ignore-scripts --silent
COPY --from=prune /build/full/ ./
RUN npx turbo run build --output-logs=errors-only
RUN mkdir /built /generated \
    && cp -r --parents packages/*/dist apps/*/{dist,public,prisma/migrations} /built \
    && find /built \( -name '*.map' -o -name '*.d.ts' \) -delete \
    && cp -r --parents apps/*/{openapi.json,src/generated} /generated

# Without files that nothing reads at run time: source maps, types, tests, and all but two of Prisma's query compilers.
FROM --platform=$BUILDPLATFORM ${NODE_IMAGE} AS dependencies
WORKDIR /app
COPY --from=prune /run/json/ ./
RUN --mount=type=cache,target=/root/.npm \
    npm ci --ignore-scripts --silent \
    && find node_modules -type f \( -name '*.map' -o -name '*.ts' -o -name '*.[cm]ts' -o -name '*.test.js' \) -delete \
    && find node_modules -path '*/@prisma/client/runtime/query_compiler_*' \
        ! -name '*_small_bg.postgresql.*' ! -name '*_small_bg.mysql.*' -delete

# For development: runs the sources, restarts when one changes, and may be overwritten. nodemon, because `node --watch` loses
# track of a replaced file, and syncing into a container replaces files: https://github.com/nodejs/node/issues/51621
FROM ${NODE_IMAGE} AS dev
# A restart need not wait for idle connections.
ENV NO_UPDATE_NOTIFIER=1 SHUTDOWN_TIMEOUT_MS=300
RUN --mount=type=cache,target=/root/.npm \
    npm install --global --silent nodemon@3.1.14 && mkdir /app && chown 65532:65532 /app
USER 65532
COPY --from=dependencies --chown=65532:65532 /app/ /app/
COPY --from=prune --chown=65532:65532 /run/full/ /app/
COPY --from=build --chown=65532:65532 /generated/ /app/
ARG SERVICE
WORKDIR /app/apps/${SERVICE}
# NODE_OPTIONS are for the service; otherwise nodemon would take the inspector's port.
CMD exec env SERVICE_OPTIONS="$NODE_OPTIONS" NODE_OPTIONS= \
    nodemon --watch src --watch ../../packages --ext ts --signal SIGTERM \
    --exec 'node $SERVICE_OPTIONS --conditions=source --import @matinee/service-kit/observe/telemetry src/main.ts'

FROM ${RUNTIME_IMAGE}
ENV NODE_ENV=production
COPY --from=dependencies /app/node_modules/ /app/node_modules/
COPY --from=dependencies /app/packages/ /app/packages/
COPY --from=dependencies /app/apps/ /app/apps/
COPY --from=build /built/ /app/
ARG SERVICE
WORKDIR /app/apps/${SERVICE}
# For speed. In a container V8 sizes its young generation by the memory limit, and 1 MB of it means constant collection.
# The charts' `v8: small` replaces this with the flags of `npm start`, which save memory (docs/adr/0011-v8-flags-by-profile.md).
CMD ["--max-semi-space-size=16", "--import", "@matinee/service-kit/observe/telemetry", "dist/main.js"]
ARG SOURCE
ARG REVISION
ARG VERSION
LABEL org.opencontainers.image.title="matinee-${SERVICE}" \
      org.opencontainers.image.source="${SOURCE}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.licenses="Apache-2.0"
