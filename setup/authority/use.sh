# Sourced by the builds of the Dockerfile: where a build was given the certificate authority of its network (the secret `ca`),
# apt and set-up trust it. Nothing of it stays in a layer.
if grep -qs 'BEGIN CERTIFICATE' /run/secrets/ca; then
  export STREAMBOOK_CA=/run/secrets/ca NODE_EXTRA_CA_CERTS=/run/secrets/ca APT_CONFIG=/run/authority/apt.conf
fi
