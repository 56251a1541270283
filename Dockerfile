# One image for every service of the board; docker-compose.yml says which one a container runs.
ARG NODE_IMAGE=node:24-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /app
# The manifests alone first: as long as they stay, the installed packages come from the cache.
COPY package.json package-lock.json .npmrc ./
COPY packages/access/package.json packages/access/
COPY packages/contract/package.json packages/contract/
COPY packages/event-log/package.json packages/event-log/
COPY packages/records/package.json packages/records/
COPY packages/runtime/package.json packages/runtime/
COPY services/ingest/package.json services/ingest/
COPY services/status/package.json services/status/
COPY services/enricher/package.json services/enricher/
COPY services/gateway/package.json services/gateway/
COPY web/package.json web/
COPY cli/package.json cli/
RUN npm ci --no-audit --no-fund
COPY . .
RUN node scripts/build.mjs
# What runs is the npm package: the bundle, and the few packages that it names, in the lock file's versions.
RUN npm ls --all --parseable --omit=dev --workspace=crewboard \
  | sed -n 's#^/app/##p' | grep -vx node_modules/crewboard \
  | xargs cp -r --parents -t /opt

FROM ${NODE_IMAGE}
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /opt/node_modules node_modules
COPY --from=build /app/cli/package.json /app/cli/LICENSE cli/
COPY --from=build /app/cli/bin cli/bin
COPY --from=build /app/cli/dist cli/dist
COPY deploy deploy
RUN ln -s /app/cli/bin/crewboard.js /usr/local/bin/crewboard
# Owned by root, so the service can't change its own code.
USER node
EXPOSE 4400
CMD ["node", "cli/dist/services/gateway.js"]
