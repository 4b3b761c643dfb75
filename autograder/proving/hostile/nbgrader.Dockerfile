# The other peer: nbgrader beside stock Otter, on the same Python and torch.
ARG ENVIRONMENT
FROM ${ENVIRONMENT}
COPY ca.pem /tmp/build/
RUN if [ -s /tmp/build/ca.pem ]; then export PIP_CERT=/tmp/build/ca.pem; fi; \
    python -m pip install -q --disable-pip-version-check --no-cache-dir nbgrader==0.9.5
