# A Dask worker that grades: the grading image's environment, the scorer's packages and our code.
# It holds one warm sandbox and needs, at run time: root with the capabilities SETUID, SETGID and
# KILL and no others (or, where the kernel has Landlock, another user), a writable /tmp with room
# for a submission's files, and a network that reaches nothing but the scheduler.
ARG ENVIRONMENT
FROM ${ENVIRONMENT}
ARG PIP_INDEX_URL
ARG PIP_EXTRA_INDEX_URL
ARG PIP_TRUSTED_HOST
COPY ca.pem requirements.lock uv.lock /tmp/build/
RUN if [ -s /tmp/build/ca.pem ]; then \
        export PIP_CERT=/tmp/build/ca.pem SSL_CERT_FILE=/tmp/build/ca.pem; fi; \
    export UV_NO_PROGRESS=1 ${PIP_INDEX_URL:+UV_DEFAULT_INDEX="$PIP_INDEX_URL"} \
        ${PIP_EXTRA_INDEX_URL:+UV_INDEX="$PIP_EXTRA_INDEX_URL"} \
        ${PIP_TRUSTED_HOST:+UV_INSECURE_HOST="$PIP_TRUSTED_HOST"}; \
    python -m ensurepip >/dev/null 2>&1 || { apt-get update -q \
        && apt-get install -qy --no-install-recommends python3-pip python3-venv \
        && python -m ensurepip >/dev/null; }; \
    pip="python -m pip install -q --disable-pip-version-check --no-cache-dir --no-deps --require-hashes"; \
    { [ -s /tmp/build/uv.lock ] && $pip -r /tmp/build/uv.lock \
        && python -m uv pip install -q --python "$(command -v python)" --no-cache --no-deps --require-hashes \
            --index-strategy unsafe-best-match -r /tmp/build/requirements.lock; } \
    || $pip -r /tmp/build/requirements.lock
COPY autograder/ /opt/autograder/autograder/
ENV PYTHONPATH=/opt/autograder HOME=/tmp
CMD ["dask", "worker", "tcp://scheduler:8786", "--nthreads", "1", "--no-nanny", "--no-dashboard"]
