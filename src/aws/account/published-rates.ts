/** A rate that AWS publishes for calls of one account in one region. */
export interface PublishedRate {
  /** "service:Command", "service:Describe*", or "service:*". */
  readonly calls: string;
  /** "each": every command has a bucket of its own; "together": they share one. */
  readonly counts: 'each' | 'together';
  readonly perSecond: number;
  /** How many at once; as many as in a second where AWS says nothing. */
  readonly burst?: number;
  /** It counts every call that it names, whatever else they count towards. */
  readonly isTotal?: true;
}

/** A call counts towards the first that names it, and towards the totals. */
export const PUBLISHED: readonly PublishedRate[] = [
  // Amazon API Gateway: "Quotas for creating, deploying and managing an API".
  { calls: 'apigateway:*', counts: 'together', perSecond: 10, burst: 40, isTotal: true },
  { calls: 'apigateway:CreateDeployment', counts: 'each', perSecond: 1 / 5 },
  { calls: 'apigateway:CreateRestApi', counts: 'each', perSecond: 1 / 3 },
  { calls: 'apigateway:DeleteRestApi', counts: 'each', perSecond: 1 / 30 },
  { calls: 'apigateway:CreateResource', counts: 'each', perSecond: 5 },
  { calls: 'apigateway:DeleteResource', counts: 'each', perSecond: 5 },
  { calls: 'apigateway:CreateDomainName', counts: 'each', perSecond: 1 / 30 },
  { calls: 'apigateway:UpdateDomainName', counts: 'each', perSecond: 1 / 30 },
  { calls: 'apigateway:DeleteDomainName', counts: 'each', perSecond: 1 / 30 },
  { calls: 'apigateway:GetResources', counts: 'each', perSecond: 5 / 2, burst: 5 },
  // AWS Lambda: "Lambda quotas", API requests. Invocations: ten times the concurrency, which is 10 in a new account.
  { calls: 'lambda:Invoke', counts: 'each', perSecond: 100 },
  { calls: 'lambda:GetFunction', counts: 'each', perSecond: 100 },
  { calls: 'lambda:GetPolicy', counts: 'each', perSecond: 15 },
  { calls: 'lambda:*', counts: 'together', perSecond: 15 },
  // Amazon EC2: "Request throttling for the Amazon EC2 API", request token bucket sizes and refill rates.
  { calls: 'ec2:RunInstances', counts: 'each', perSecond: 2, burst: 5 },
  { calls: 'ec2:Describe*', counts: 'each', perSecond: 20, burst: 100 },
  { calls: 'ec2:*', counts: 'each', perSecond: 5, burst: 50 },
  // Amazon CloudWatch Logs: "CloudWatch Logs quotas".
  { calls: 'logs:CreateLogGroup', counts: 'each', perSecond: 10 },
  { calls: 'logs:DeleteLogGroup', counts: 'each', perSecond: 10 },
  { calls: 'logs:DescribeLogGroups', counts: 'each', perSecond: 10 },
  { calls: 'logs:*', counts: 'each', perSecond: 5 },
  // Amazon CloudWatch: "CloudWatch service quotas". It names DescribeAlarms and the two that change alarms.
  { calls: 'cloudwatch:PutMetricAlarm', counts: 'each', perSecond: 3 },
  { calls: 'cloudwatch:DeleteAlarms', counts: 'each', perSecond: 3 },
  { calls: 'cloudwatch:*', counts: 'each', perSecond: 9 },
  // AWS Systems Manager: "Endpoints and quotas", Parameter Store throughput.
  { calls: 'ssm:*', counts: 'together', perSecond: 40 },
  // AWS Tag Editor: "Service quotas".
  { calls: 'tag:GetResources', counts: 'each', perSecond: 15 },
  // Amazon Route 53: "Quotas", maximums on Route 53 API requests; of an account, whatever the region.
  { calls: 'route53:*', counts: 'together', perSecond: 5 },
  // Amazon S3: "Performance guidelines", reads of one prefix.
  { calls: 's3:*', counts: 'together', perSecond: 5500 },
  // AWS publishes nothing for IAM and for what manages queues in SQS: figures at which other tools are not throttled.
  { calls: 'iam:*', counts: 'together', perSecond: 30, burst: 120 },
  { calls: 'sqs:*', counts: 'together', perSecond: 100, burst: 200 },
];
