# A Dask worker that grades: the grading image's environment, the scorer's packages and our code.
# It holds one warm sandbox and needs, at run time: root with the capabilities SETUID, SETGID and
# KILL and no others (or, where the kernel has Landlock, another user), a writable /tmp with room
# for a submission's files, and a network that reaches nothing but the scheduler.
ARG ENVIRONMENT
FROM ${ENVIRONMENT}
COPY ca.pem requirements.lock /tmp/build/
RUN if [ -s /tmp/build/ca.pem ]; then export PIP_CERT=/tmp/build/ca.pem; fi; \
    python -m ensurepip >/dev/null 2>&1 || { apt-get update -q \
        && apt-get install -qy --no-install-recommends python3-pip python3-venv \
        && python -m ensurepip >/dev/null; }; \
    python -m pip install -q --disable-pip-version-check --no-cache-dir --require-hashes \
        -r /tmp/build/requirements.lock
COPY autograder/ /opt/autograder/autograder/
ENV PYTHONPATH=/opt/autograder HOME=/tmp
CMD ["dask", "worker", "tcp://scheduler:8786", "--nthreads", "1", "--no-nanny", "--no-dashboard"]
