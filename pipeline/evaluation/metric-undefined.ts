// The one error of evaluation: a metric that has no value on the data it was given.

/** Thrown where a metric has no value; it names the metric, so that a report can say which figure is missing and why. */
export class MetricUndefined extends Error {
  override readonly name = 'MetricUndefined';
  readonly metric: string;
  readonly reason: string;

  constructor(metric: string, reason: string) {
    super(`${metric} is undefined: ${reason}`);
    this.metric = metric;
    this.reason = reason;
  }
}
