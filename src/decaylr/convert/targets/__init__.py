"""One module per library that schedules are written for.

Each has `configurations`: a function of a single schedule that yields configurations which may
describe it. `written` keeps the first that has the schedule's values when it is read again.
"""
