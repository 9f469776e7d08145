"""One JSON object per line, for machines that read logs: LOG_FORMAT=json."""

import json
import logging
from datetime import UTC, datetime

from celery import current_task

from common.request_id import request_id


class JsonFormatter(logging.Formatter):
    """Formats a record with its time, level, logger, message, and request or task."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, tz=UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= getattr(record, "facts", {})
        if request_id.get():
            line["request_id"] = request_id.get()
        task = getattr(current_task, "request", None)
        if task is not None and task.id:
            line |= {"task_id": task.id, "task": getattr(current_task, "name", "")}
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)
