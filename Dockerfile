# One image, two commands: the service (the default) and the clock, `python -m scheduler`, beside it.
#   docker build -t kaohe .
#   docker run --rm -v kaohe:/srv/kaohe/var kaohe kaohe migrate        (before each new version is served)
#   docker run -p 8000:8000 -v kaohe:/srv/kaohe/var kaohe
#   docker run --no-healthcheck -v kaohe:/srv/kaohe/var kaohe python -m scheduler
# Another database is given to both by -e DATABASE_URL=...

FROM python:3.13-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/kaohe
# The requirements come first: they change less often than the code, and their layer is kept.
COPY requirements.txt ./
RUN /opt/kaohe/bin/pip install --require-hashes -r requirements.txt
WORKDIR /srv/kaohe
COPY . .
# The code stays where it is copied to: alembic.ini and the migrations are read from beside it.
RUN /opt/kaohe/bin/pip install --no-deps --no-build-isolation --editable .
# Compiled here, as pip does with the libraries: nothing that runs may write beside the code, and compiles at each start.
RUN /opt/kaohe/bin/python -m compileall -q --invalidation-mode unchecked-hash app migrations scheduler

FROM python:3.13-slim
ENV PATH=/opt/kaohe/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
RUN useradd --system --uid 10001 --user-group --no-create-home --home-dir /srv/kaohe kaohe
COPY --from=build /opt/kaohe /opt/kaohe
COPY --from=build /srv/kaohe /srv/kaohe
WORKDIR /srv/kaohe
# The only folders that the service writes to: its own, and one for the audit's heads, best on another disk.
RUN mkdir -m 0700 var heads && chown kaohe:kaohe var heads
VOLUME ["/srv/kaohe/var", "/srv/kaohe/heads"]
USER kaohe
EXPOSE 8000
# The clock opens no port; run it with --no-healthcheck.
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen(f'http://127.0.0.1:{os.environ.get(\"PORT\", \"8000\")}/readyz', timeout=4)"]
CMD ["kaohe", "serve", "--host", "0.0.0.0"]
