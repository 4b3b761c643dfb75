# The peer: stock Otter's own runner on the same Python, torch and base as the grading image.
ARG ENVIRONMENT
FROM ${ENVIRONMENT}
COPY ca.pem requirements.lock /tmp/build/
RUN if [ -s /tmp/build/ca.pem ]; then export PIP_CERT=/tmp/build/ca.pem; fi; \
    python -m ensurepip >/dev/null 2>&1 || { apt-get update -q \
        && apt-get install -qy --no-install-recommends python3-pip python3-venv \
        && python -m ensurepip >/dev/null; }; \
    python -m pip install -q --disable-pip-version-check --no-cache-dir --no-deps \
        -r /tmp/build/requirements.lock
ENV PYTHONPATH=/peer
