# The packages are built in a first image; the second has them and the code, and an account without rights.
FROM python:3.11-slim AS packages
WORKDIR /site
COPY requirements.txt .
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --require-hashes -r requirements.txt

FROM python:3.11-slim
RUN useradd --system --create-home site
ENV PATH=/venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1
WORKDIR /site
COPY --from=packages /venv /venv
COPY . .
RUN mkdir --parents /site/.data && chown site:site /site/.data
USER site
