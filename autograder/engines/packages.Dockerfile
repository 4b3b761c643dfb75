# The grading image with the packages of one grading zip on top, found before the image's own.
# Built by autograder/engines/environments.py, which lays them out in site/.
ARG ENVIRONMENT
FROM ${ENVIRONMENT}
COPY site/ /usr/local/lib/autograder-packages/
ENV PYTHONPATH=/opt/autograder:/usr/local/lib/autograder-packages
# Data that packages look for beside the interpreter's environment.
RUN if [ -d /usr/local/lib/autograder-packages/share ]; then \
        cp -r /usr/local/lib/autograder-packages/share /opt/venv/; fi; \
    python -m compileall -q -j 0 --invalidation-mode unchecked-hash \
        /usr/local/lib/autograder-packages || true
