# One image for web, worker, beat and migrations; docker-compose.yml shows how they go together.
FROM python:3.11-slim-bookworm

ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 STATIC_ROOT=/app/static-collected
# In memory: where the web processes of a container count requests together.
ENV PROMETHEUS_MULTIPROC_DIR=/dev/shm/metrics
WORKDIR /app

# pg_dump and pg_restore of the PostgreSQL in docker-compose.yml: Debian 12 has the same one.
RUN apt-get update && apt-get install --yes --no-install-recommends postgresql-client-15 \
    && rm -rf /var/lib/apt/lists/*
COPY requirements.lock ./
RUN pip install --no-cache-dir --no-deps --require-hashes -r requirements.lock

COPY . .
# Made here, so that the running container writes nothing. The secret made on the way is not kept.
RUN python manage.py collectstatic --noinput && rm -f var/secret_key \
    && python -m compileall -q . \
    && useradd --system --home-dir /app dma && install -d -o dma var \
    && install -d -o dma -m 700 /backups

USER dma
EXPOSE 8000
CMD ["gunicorn", "dma_crm.wsgi:application", "--bind", "0.0.0.0:8000", \
     "--worker-class", "gthread", "--workers", "2", "--threads", "8", \
     "--worker-tmp-dir", "/dev/shm", "--no-control-socket"]
