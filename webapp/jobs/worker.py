"""The worker's loop: claim, run, end. A kill at any point leaves a job that the next claim resumes."""

from __future__ import annotations

import logging
import os
import secrets
import threading

from django.conf import settings
from django.db import OperationalError, close_old_connections

from webapp.jobs.kinds import KINDS
from webapp.jobs.lease import JobCancelled, Lease, LeaseLost, claim
from webapp.jobs.models import Job
from webapp.privacy.refusals import Refused

log = logging.getLogger(__name__)

# A job that ended this many workers is not tried again.
MAX_ATTEMPTS = 25


def work(stop: threading.Event, *, until_idle: bool = False) -> int:
    """Run jobs until `stop` is set (or, with `until_idle`, until none is left); how many were run."""
    worker = f"{os.getpid()}-{secrets.token_hex(6)}"
    ran = 0
    while not stop.is_set():
        try:
            lease = claim(worker)
        except OperationalError:
            log.warning("The database did not answer; trying again.")
            close_old_connections()
            stop.wait(2)
            continue
        if lease is not None:
            run(lease)
            ran += 1
        elif until_idle:
            break
        else:
            stop.wait(settings.JOB_POLL_SECONDS)
    return ran


def run(lease: Lease) -> None:
    """Run one claimed job to an end, or give it back."""
    job = lease.job
    try:
        if job.attempt > MAX_ATTEMPTS:
            raise Refused(f"Given up: {MAX_ATTEMPTS} workers ended while they ran this job.")
        if job.kind not in KINDS:
            raise Refused(f"This server knows no job kind {job.kind!r}.")
        message = KINDS[job.kind](lease)
        lease.finish(Job.State.COMPLETED, message)
    except LeaseLost:
        log.warning("Lost the lease on %s; another worker goes on.", job.public_id)
    except JobCancelled:
        lease.finish(Job.State.CANCELLED, {"final_error": "Cancelled on request."})
    except Refused as refusal:
        lease.finish(Job.State.ERRORED, {"final_error": refusal.sentence, "by": "user"})
    except OperationalError:
        log.warning("The database refused a step of %s; it is tried again.", job.public_id)
        close_old_connections()
        lease.release(after_s=2)
    except Exception:
        log.exception("The job %s failed.", job.public_id)
        sentence = "Transom failed while running this job; the worker's log names it by this id."
        lease.finish(Job.State.ERRORED, {"final_error": sentence, "by": "server"})
