/**
 * What the pre-queue function parses of a body, which may be anyone's. A body that need not be parsed to be verified has
 * no limits but the message's. The query and the headers are held to 10,240 bytes together by the gateway (AWS: API
 * Gateway quotas for a REST API).
 */
export const BODY_LIMITS = {
  /**
   * Worth 13 MB when parsed, a tenth of what the smallest function has. No sender says how much it sends; this is over
   * 4,000 notifications of Microsoft Graph in one body. Deeper than 100 MongoDB holds nothing (MongoDB limits and
   * thresholds).
   */
  json: { depth: 100, parts: 100_000 },
  /** A question has a handful of short fields (docs.slack.dev: "url_verification event"). */
  handshake: { bytes: 64 * 1024 },
  /**
   * Twilio's own examples parse forms with Express, which takes 1,000 fields unless told otherwise (npm body-parser:
   * urlencoded, parameterLimit). Few are large: Mandrill puts up to a thousand events into one.
   */
  form: { bytes: 1024 * 1024, fields: 1000 },
} as const;
