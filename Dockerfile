# The image of IPEO: web, worker, beat and migrate run from it with different commands.

FROM python:3.13-slim AS build
WORKDIR /build
COPY requirements.lock .
RUN python -m venv /opt/ipeo \
    && /opt/ipeo/bin/python -m pip install --no-cache-dir --require-hashes \
        --disable-pip-version-check -r requirements.lock

FROM python:3.13-slim
ENV PATH=/opt/ipeo/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    IPEO_HOME=/data \
    STATIC_ROOT=/srv/static \
    NUMBA_CACHE_DIR=/opt/compiled \
    HOST=0.0.0.0 \
    PORT=8000
# What prints PDF needs Pango, and a font to print with.
RUN apt-get update \
    && apt-get install --no-install-recommends -y \
        fonts-dejavu-core libharfbuzz-subset0 libpango-1.0-0 libpangoft2-1.0-0 \
    && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin ipeo \
    && install -d -o ipeo -g ipeo -m 0700 /data \
    && install -d -o ipeo -g ipeo /opt/compiled
COPY --from=build /opt/ipeo /opt/ipeo
WORKDIR /app
COPY . .
# Names with their content's hash; the key signs nothing and is not kept.
RUN SECRET_KEY=only-while-building STATIC_MANIFEST=true \
    python manage.py collectstatic --noinput -v 0
USER ipeo
# The numerics are compiled once, here, for processors like this one.
RUN SECRET_KEY=only-while-building python manage.py warm
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=10s --start-period=60s \
    CMD ["python", "-m", "ipeo.local.health"]
CMD ["gunicorn", "ipeo.wsgi"]
