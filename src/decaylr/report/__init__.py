"""Reports: one HTML page to look at a sweep, without any request to a host (extra `report`)."""

from decaylr.report.write import write_report

__all__ = ["write_report"]
