// Errors, events and reports as messages. `postMessage` copies a class instance without its class.

import {
  asEdgeVecError,
  detailsOf,
  EdgeVecError,
  type EdgeVecErrorCode,
  type EdgeVecErrorDetails,
} from '../../base/errors.js';
import type { SalvageLoss, SalvageReport } from '../../database/salvage/report.js';
import type { DatabaseEvent } from '../../persistence/open.js';

/** An error as structured-clone data. */
export interface ErrorData {
  readonly code: EdgeVecErrorCode;
  readonly problem: string;
  readonly details: EdgeVecErrorDetails;
}

/** An event as structured-clone data. */
export type EventData = Omit<DatabaseEvent, 'error'> & { readonly error?: ErrorData };

/** Packs an error for `postMessage`. */
export function packError(thrown: unknown): ErrorData {
  const error = asEdgeVecError(thrown);
  const { cause, ...details } = detailsOf(error);
  const packed = cause instanceof Error ? plain(cause) : String(cause);
  return {
    code: error.code,
    problem: error.problem,
    details: cause === undefined ? details : { ...details, cause: packed },
  };
}

/** The reverse of {@link packError}. */
export function unpackError({ code, problem, details }: ErrorData): EdgeVecError {
  return new EdgeVecError(code, problem, details);
}

/** Packs an event for `postMessage`. */
export function packEvent(event: DatabaseEvent): EventData {
  return 'error' in event ? { ...event, error: packError(event.error) } : event;
}

/** The reverse of {@link packEvent}. */
export function unpackEvent(data: EventData): DatabaseEvent {
  return (data.error === undefined ? data : { ...data, error: unpackError(data.error) }) as DatabaseEvent;
}

/** A report as structured-clone data. */
export type ReportData = Omit<SalvageReport, 'losses'> & {
  readonly losses: readonly (Omit<SalvageLoss, 'error'> & { readonly error: ErrorData })[];
};

/** Packs a report for `postMessage`. */
export function packReport(report: SalvageReport): ReportData {
  return { ...report, losses: report.losses.map((loss) => ({ ...loss, error: packError(loss.error) })) };
}

/** The reverse of {@link packReport}. */
export function unpackReport(data: ReportData): SalvageReport {
  return { ...data, losses: data.losses.map((loss) => ({ ...loss, error: unpackError(loss.error) })) };
}

// The own properties of an Error subclass may not be cloneable. Name, message and stack always are.
function plain(error: Error): Error {
  const copy = new Error(error.name === 'Error' ? error.message : `${error.name}: ${error.message}`);
  if (error.stack !== undefined) copy.stack = error.stack;
  return copy;
}
