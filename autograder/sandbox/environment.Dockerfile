# The Python environment that student code meets: the group `sandbox` of pyproject.toml.
# Built by autograder/engines/image.py, which lays these files beside it:
#   requirements.lock  the sandbox's packages with hashes, all but torch
#   uv.lock            uv itself, with hashes; may be empty
#   wheels/            a torch wheel, when pip on the host has one on disk; may be empty
#   ca.pem             the host's CA bundle, when it names one; may be empty
# BASE is any Debian or Ubuntu image; its own python3 is used, or else Debian's is installed.
ARG BASE=python:3.11-slim-bookworm

FROM ${BASE} AS build
LABEL autograder.stage=build
ARG TORCH
ARG PIP_INDEX_URL
ARG PIP_EXTRA_INDEX_URL
ARG PIP_TRUSTED_HOST
ARG CPU_INDEX=https://download.pytorch.org/whl/cpu
RUN python3 -c "import ensurepip" 2>/dev/null || { apt-get update -q \
    && DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends python3 python3-venv; }
RUN python3 -m venv /opt/venv
COPY ca.pem requirements.lock uv.lock /tmp/build/
# uv installs in a tenth of pip's time; where it cannot be had or cannot install, pip does.
RUN if [ -s /tmp/build/ca.pem ]; then \
        export PIP_CERT=/tmp/build/ca.pem SSL_CERT_FILE=/tmp/build/ca.pem; fi; \
    export UV_NO_PROGRESS=1 ${PIP_INDEX_URL:+UV_DEFAULT_INDEX="$PIP_INDEX_URL"} \
        ${PIP_EXTRA_INDEX_URL:+UV_INDEX="$PIP_EXTRA_INDEX_URL"} \
        ${PIP_TRUSTED_HOST:+UV_INSECURE_HOST="$PIP_TRUSTED_HOST"}; \
    pip="/opt/venv/bin/pip install -q --disable-pip-version-check --no-cache-dir --no-compile \
        --require-hashes"; \
    { [ -s /tmp/build/uv.lock ] && $pip --target /tmp/uv -r /tmp/build/uv.lock \
        && /tmp/uv/bin/uv pip install -q --python /opt/venv/bin/python --no-cache --no-deps --require-hashes \
            --index-strategy unsafe-best-match -r /tmp/build/requirements.lock; } \
    || $pip -r /tmp/build/requirements.lock
COPY wheels/ /tmp/build/wheels/
RUN if [ -s /tmp/build/ca.pem ]; then export PIP_CERT=/tmp/build/ca.pem; fi; \
    pip="/opt/venv/bin/pip install -q --disable-pip-version-check --no-cache-dir --no-compile"; \
    $pip --no-index --no-deps --find-links /tmp/build/wheels torch==${TORCH} \
    || $pip --retries 2 --extra-index-url ${CPU_INDEX} torch==${TORCH}
# What no notebook needs: C++ headers, test programs and test suites (NumPy's are part of
# numpy.testing), the debugger, what browsers load, the installer.
RUN cd /opt/venv/lib/python3*/site-packages \
    && rm -rf torch/include torch/test torch/share/cmake torch/lib/*test*.so pip pip-* \
        debugpy/_vendored ../../../share/jupyter pandas/tests \
    && find torch/bin -type f ! -name torch_shm_manager -delete \
    && find sympy networkx matplotlib mpmath fontTools mpl_toolkits scipy -type d -name tests -prune \
        -exec rm -rf {} + \
    && /opt/venv/bin/python -m compileall -q -j 0 --invalidation-mode unchecked-hash \
        -x torch/testing/_internal /opt/venv/lib

FROM ${BASE}
RUN apt-get update -q \
    && DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends \
        $(command -v python3 >/dev/null || echo python3) libseccomp2 libtcmalloc-minimal4 \
    && rm -rf /var/lib/apt/lists/* /var/cache/apt/archives/*.deb
COPY --from=build /opt/venv /opt/venv
ENV PATH=/opt/venv/bin:/usr/local/bin:/usr/bin:/bin LANG=C.UTF-8 \
    PYTHONDONTWRITEBYTECODE=1 PYTHONHASHSEED=0 MPLBACKEND=agg \
    OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1
RUN python -c "import torch.func, torch.testing, numpy.testing, matplotlib.pyplot, IPython, pyseccomp, \
    pandas, scipy.optimize, scipy.stats, seaborn, ipywidgets, ipykernel.kernelapp, requests, yaml, sympy, \
    networkx, tqdm.notebook, PIL.Image"
