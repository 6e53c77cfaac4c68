# The operator and the command line, without a shell and for any user. Plain instructions only, so that every builder
# knows them; both bases can be replaced by what your mirror has: see docs/image.md.
ARG BUILD_IMAGE=node:24.21.0-bookworm-slim
ARG RUN_IMAGE=gcr.io/distroless/cc-debian12:nonroot

FROM ${BUILD_IMAGE} AS build
ARG NPM_CONFIG_REGISTRY
WORKDIR /src
COPY package.json package-lock.json ./
COPY sdk/package.json sdk/
COPY dev/setup dev/setup
RUN node dev/setup/install.mjs
COPY . .
# Where there is no shell, there is no `env` either: the command line is started by the Node beside it.
RUN npm run build \
 && sed -i '1s|^#!/usr/bin/env node$|#!/usr/local/bin/node|' dist/sluice-cli.mjs \
 && mkdir -p /image/usr/local/bin /image/app \
 && mv node_modules/node-linux-*/bin/node /image/usr/local/bin/node \
 && mv dist/sluice-cli.mjs /image/usr/local/bin/sluice \
 && mv dist/sluice.mjs dist/checker.mjs dist/sluice.spdx.json /image/app

FROM ${RUN_IMAGE}
LABEL org.opencontainers.image.title="Sluice" \
      org.opencontainers.image.description="A Kubernetes operator for event-driven services on Kafka" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /image /
WORKDIR /app
USER 65532:65532
EXPOSE 8080
ENTRYPOINT ["/usr/local/bin/node", "--max-semi-space-size=16", "--heap-growing-percent=60", "/app/sluice.mjs"]
