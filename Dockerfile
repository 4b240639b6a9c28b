# The services (target `stack`, one of them in each container) and the place to work in (target `workspace`).
# Debian's own packages, npm and Maven Central give everything, for amd64 and arm64 alike. Nothing runs as root.
# The secret `ca` is the certificate authority of a network that has its own: see README, "Behind a proxy, …".

FROM docker.io/library/debian:bookworm-slim AS packages
ENV DEBIAN_FRONTEND=noninteractive
SHELL ["/bin/bash", "-euo", "pipefail", "-c"]
# Debian's packages are pinned by its release.
# hadolint ignore=DL3008
RUN --mount=type=secret,id=ca,mode=0444 --mount=type=bind,source=setup/authority,target=/run/authority \
    . /run/authority/use.sh \
 && apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates maven nodejs npm openjdk-17-jre-headless \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /opt/streambook
# Debian's npm 9 does not read the lock file; npm 10 does, on the same Node.
RUN --mount=type=secret,id=ca,mode=0444 --mount=type=bind,source=setup/authority,target=/run/authority \
    . /run/authority/use.sh \
 && npm install --global --prefix /opt/npm npm@10.9.4
COPY package.json package-lock.json .npmrc ./
COPY lib/package.json lib/
# The services need the project's Node and a few packages, with what these need; the caches are kept, so that a build that was interrupted goes on.
RUN --mount=type=secret,id=ca,mode=0444 --mount=type=bind,source=setup/authority,target=/run/authority --mount=type=cache,target=/root/.npm \
    . /run/authority/use.sh \
 && /opt/npm/bin/npm ci --omit=dev --ignore-scripts \
 && install node_modules/node-linux-*/bin/node /opt/node \
 && mkdir -p /opt/services/node_modules \
 && cp -r node_modules/commander node_modules/kafkajs node_modules/cassandra-driver node_modules/adm-zip node_modules/long /opt/services/node_modules/
COPY setup setup
COPY stack stack
COPY lib/bin lib/bin
# Every jar is checked against the SHA-256 that the project recorded.
RUN --mount=type=secret,id=ca,mode=0444 --mount=type=bind,source=setup/authority,target=/run/authority --mount=type=cache,target=/root/.m2 \
    . /run/authority/use.sh \
 && STREAMBOOK_JARS=/opt/jars node setup/jars-only.mjs

FROM docker.io/library/debian:bookworm-slim AS stack
ENV DEBIAN_FRONTEND=noninteractive LANG=C.UTF-8
# hadolint ignore=DL3008
RUN --mount=type=secret,id=ca,mode=0444 --mount=type=bind,source=setup/authority,target=/run/authority \
    . /run/authority/use.sh \
 && apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates openjdk-17-jre-headless \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --create-home --uid 1000 --shell /bin/bash streambook \
 && install -d -o streambook -g streambook /var/lib/streambook /var/lib/streambook/data \
 && install -o streambook -g streambook /dev/null /var/lib/streambook/.streambook-home # ours, whatever is mounted in it
# Tasks of MapReduce find Node here, on whatever machine they run.
COPY --from=packages /opt/node /usr/local/bin/node
COPY --from=packages /opt/jars /opt/jars
WORKDIR /opt/streambook
COPY --from=packages /opt/services ./
COPY package.json ./
COPY setup setup
COPY stack stack
COPY conf conf
COPY schemas schemas
COPY lib lib
ENV STREAMBOOK_HOME=/var/lib/streambook STREAMBOOK_JARS=/opt/jars
USER streambook
ENTRYPOINT ["node", "--disable-warning=ExperimentalWarning", "/opt/streambook/lib/src/cli/main.ts"]
CMD ["--help"]

# What the services of a further profile run on, where the core's image lacks it: jars, archives, a JDK, Python environments.
FROM packages AS fetched
# hadolint ignore=DL3008
RUN --mount=type=secret,id=ca,mode=0444 --mount=type=bind,source=setup/authority,target=/run/authority \
    . /run/authority/use.sh \
 && apt-get update \
 && apt-get install -y --no-install-recommends python3 python3-venv \
 && rm -rf /var/lib/apt/lists/*
COPY conf conf
COPY lib lib
# one name or several
ARG STREAMBOOK_PROFILE=core
RUN --mount=type=secret,id=ca,mode=0444 --mount=type=bind,source=setup/authority,target=/run/authority --mount=type=cache,target=/root/.m2 --mount=type=cache,target=/root/.cache/pip \
    . /run/authority/use.sh \
 && mkdir -p /opt/cache /opt/further \
 && find /opt/jars -mindepth 1 -maxdepth 1 | sort > /opt/core \
 && read -ra names <<< "$STREAMBOOK_PROFILE" \
 && STREAMBOOK_HOME=/opt/home STREAMBOOK_JARS=/opt/jars STREAMBOOK_CACHE=/opt/cache \
    /opt/node --disable-warning=ExperimentalWarning lib/src/cli/main.ts fetch "${names[@]}" \
 && find /opt/jars -mindepth 1 -maxdepth 1 | sort | comm -13 /opt/core - | xargs --no-run-if-empty mv --target-directory /opt/further

FROM stack AS further
# hadolint ignore=DL3002
USER root
# hadolint ignore=DL3008
RUN --mount=type=secret,id=ca,mode=0444 --mount=type=bind,source=setup/authority,target=/run/authority \
    . /run/authority/use.sh \
 && apt-get update \
 && apt-get install -y --no-install-recommends python3 \
 && rm -rf /var/lib/apt/lists/*
# Of the jars, what the core has not: copied whole, they would be in the image twice. A copy, and no mount: Podman takes the layer of another
# profile for one whose instruction is the same, whatever is mounted.
COPY --from=fetched /opt/further /opt/jars
# The folder has the same name as where it was made: a Python environment cannot be moved.
COPY --from=fetched /opt/cache /opt/cache
ENV STREAMBOOK_CACHE=/opt/cache
USER streambook

FROM stack AS workspace
# The user's number is that of the one who owns the folder on the machine, so that both may write in it.
ARG STREAMBOOK_UID=1000
# hadolint ignore=DL3002
USER root
# hadolint ignore=DL3008
RUN --mount=type=secret,id=ca,mode=0444 --mount=type=bind,source=setup/authority,target=/run/authority \
    . /run/authority/use.sh \
 && apt-get update \
 && apt-get install -y --no-install-recommends curl git less maven openssh-client procps python3 python3-venv \
 && rm -rf /var/lib/apt/lists/*
COPY --from=packages /opt/npm/lib/node_modules/npm /usr/local/lib/node_modules/npm
# The kernel of the project that will be mounted, where Jupyter and VS Code look for kernels unasked. It is there before set-up has
# run: an editor that was opened earlier would not look again.
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm \
 && ln -s ../lib/node_modules/npm/bin/npx-cli.js /usr/local/bin/npx \
 && install -d /usr/local/share/jupyter/kernels/streambook \
 && node --input-type=module --eval "import { kernelText } from '/opt/streambook/setup/learner/kernel.mjs'; process.stdout.write(kernelText('/workspace'))" > /usr/local/share/jupyter/kernels/streambook/kernel.json \
 && usermod --uid "$STREAMBOOK_UID" streambook \
 && install -d -o streambook -g streambook /workspace \
 && rm -r /var/lib/streambook && install -d -m 1777 /var/lib/streambook \
 && chown streambook /opt/jars # a further profile's are fetched into it
# A container that is made anew finds in the project what was fetched before.
ENV STREAMBOOK_TASK_NODE=/usr/local/bin/node STREAMBOOK_CACHE=/workspace/.streambook/cache
USER streambook
WORKDIR /workspace
ENTRYPOINT []
CMD ["sleep", "infinity"]
