# The packages are built in a first image; the second has them, the code, PostgreSQL's programs for backups, and an
# account without rights.
FROM python:3.11.13-slim-trixie AS packages
WORKDIR /site
COPY requirements.txt .
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --require-hashes -r requirements.txt

FROM python:3.11.13-slim-trixie
RUN apt-get update && apt-get install --yes --no-install-recommends postgresql-client-17 && rm -rf /var/lib/apt/lists/*
RUN useradd --system --create-home site
ENV PATH=/venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
WORKDIR /site
COPY --from=packages /venv /venv
COPY . .
RUN mkdir --parents /site/.data && chown site:site /site/.data
USER site
