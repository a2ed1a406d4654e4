import type { SENDERS } from '../../../src/senders/senders.ts';

/** A right delivery as its sender has published it. */
export interface Example {
  /** Where: the sender's page or the tests of its own library. */
  readonly from: string;
  readonly secret: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** When it was signed, if that is signed too. */
  readonly at?: string;
  readonly publicUrl?: string;
  /** Another body that is refused, where a blank more says nothing. */
  readonly other?: string;
}

const ADYEN_BODY = `{
    "data": {
      "balancePlatform": "YOUR_BALANCE_PLATFORM",
      "accountHolder": {
        "contactDetails": {
          "email": "test@adyen.com",
          "phone": {
            "number": "0612345678",
            "type": "mobile"
          },
          "address": {
            "houseNumberOrName": "23",
            "city": "Amsterdam",
            "country": "NL",
            "postalCode": "12345",
            "street": "Main Street 1"
          }
        },
        "description": "Shelly Eller",
        "legalEntityId": "LE00000000000000000001",
        "reference": "YOUR_REFERENCE-2412C",
        "capabilities": {
          "issueCard": {
            "enabled": true,
            "requested": true,
            "allowed": false,
            "verificationStatus": "pending"
          },
          "receiveFromTransferInstrument": {
            "enabled": true,
            "requested": true,
            "allowed": false,
            "verificationStatus": "pending"
          },
          "sendToTransferInstrument": {
            "enabled": true,
            "requested": true,
            "allowed": false,
            "verificationStatus": "pending"
          },
          "sendToBalanceAccount": {
            "enabled": true,
            "requested": true,
            "allowed": false,
            "verificationStatus": "pending"
          },
          "receiveFromBalanceAccount": {
            "enabled": true,
            "requested": true,
            "allowed": false,
            "verificationStatus": "pending"
          }
        },
        "id": "AH00000000000000000001",
        "status": "active"
      }
    },
    "environment": "test",
    "timestamp": "2024-12-15T15:42:03+01:00",
    "type": "balancePlatform.accountHolder.created"
  }`;

const ATLASSIAN = {
  secret: "It's a Secret to Everybody",
  headers: { 'x-hub-signature': 'sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9' },
  body: 'Hello World!',
};

const WISE_SANDBOX_KEY = `-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAwpb91cEYuyJNQepZAVfP
ZIlPZfNUefH+n6w9SW3fykqKu938cR7WadQv87oF2VuT+fDt7kqeRziTmPSUhqPU
ys/V2Q1rlfJuXbE+Gga37t7zwd0egQ+KyOEHQOpcTwKmtZ81ieGHynAQzsn1We3j
wt760MsCPJ7GMT141ByQM+yW1Bx+4SG3IGjXWyqOWrcXsxAvIXkpUD/jK/L958Cg
nZEgz0BSEh0QxYLITnW1lLokSx/dTianWPFEhMC9BgijempgNXHNfcVirg1lPSyg
z7KqoKUN0oHqWLr2U1A+7kqrl6O2nx3CKs1bj1hToT1+p4kcMoHXA7kA+VBLUpEs
VwIDAQAB
-----END PUBLIC KEY-----`;

const ADYEN_ITEM = {
  pspReference: 'pspReference',
  originalReference: 'originalReference',
  merchantAccountCode: 'merchantAccount',
  merchantReference: 'reference',
  amount: { currency: 'EUR', value: 1000 },
  eventCode: 'CAPTURE',
  eventDate: '1970-01-01T00:00:00.000Z',
  paymentMethod: 'VISA',
  reason: 'reason',
  success: 'true',
  additionalData: { hmacSignature: 'xhpHvYq2u2Np0rstbZ6QjLGu7JWhvf7Iwaa6EviJSX0=' },
};
const adyenBody = (item: object) =>
  JSON.stringify({ live: 'false', notificationItems: [{ NotificationRequestItem: item }] });

export const EXAMPLES: Readonly<Partial<Record<keyof typeof SENDERS, Example>>> = {
  Adyen: {
    // As its tests have the item; the list around it is as its page on webhooks shows.
    from: 'https://github.com/Adyen/adyen-node-api-library/blob/main/src/__tests__/hmacValidator.spec.ts',
    secret: 'DFB1EB5485895CFA84146406857104ABB4CBCABDC8AAF103A624C8F6A3EAAB00',
    headers: {},
    body: adyenBody(ADYEN_ITEM),
    other: adyenBody({ ...ADYEN_ITEM, amount: { currency: 'EUR', value: 1001 } }),
  },
  AdyenPlatform: {
    from: 'https://github.com/Adyen/adyen-node-api-library/blob/main/src/__tests__/hmacValidator.spec.ts',
    secret: '11223344D785FBAE710E7F943F307971BB61B21281C98C9129B3D4018A57B2EB',
    headers: { hmacsignature: 'UVBzHbDayhfT1XgaRGAkuKvxwoxrLoVCBdfi3WZU8lI=' },
    body: ADYEN_BODY,
  },
  Bitbucket: {
    from: 'https://support.atlassian.com/bitbucket-cloud/docs/manage-webhooks/',
    ...ATLASSIAN,
  },
  Box: {
    from: 'https://github.com/box/box-node-sdk/blob/main/tests/lib/managers/webhooks-test.js',
    secret: 'SampleSecondaryKey',
    headers: {
      'box-delivery-timestamp': '2020-01-01T00:00:00-07:00',
      'box-signature-primary': '6TfeAW3A1PASkgboxxA5yqHNKOwFyMWuEXny/FPD5hI=',
      'box-signature-secondary': 'v+1CD1Jdo3muIcbpv5lxxgPglOqMfsNHPV899xWYydo=',
    },
    body: '{"type":"webhook_event","webhook":{"id":"1234567890"},"trigger":"FILE.UPLOADED","source":{"id":"1234567890","type":"file","name":"Test.txt"}}',
    at: '2020-01-01T00:00:00-07:00',
  },
  CircleCI: {
    from: 'https://circleci.com/docs/guides/integration/outbound-webhooks/',
    secret: 'hunter123',
    headers: {
      'circleci-signature': 'v1=9be2242094a9a8c00c64306f382a7f9d691de910b4a266f67bd314ef18ac49fa,v2=...',
    },
    body: 'an-important-request-payload',
  },
  CoinbaseCommerce: {
    from: 'https://github.com/coinbase/coinbase-commerce-node/blob/master/test/testWebhook.spec.js',
    secret: '30291a20-0bd1-4267-9b0f-e6e7b123c0bf',
    headers: {
      'x-cc-webhook-signature': '8be7742c7d372f08a6a3224edadf18a22b65fa9e28f3f2de97376cdaa092590d',
    },
    body: '{"id":1,"scheduled_for":"2017-01-31T20:50:02Z","attempt_number":1,"event":{"id":"24934862-d980-46cb-9402-43c81b0cdba6","type":"charge:created","api_version":"2018-03-22","created_at":"2017-01-31T20:49:02Z","data":{"code":"66BEOV2A","name":"The Sovereign Individual","description":"Mastering the Transition to the Information Age","hosted_url":"https://commerce.coinbase.com/charges/66BEOV2A","created_at":"2017-01-31T20:49:02Z","expires_at":"2017-01-31T21:04:02Z","timeline":[{"time":"2017-01-31T20:49:02Z","status":"NEW"}],"metadata":{},"pricing_type":"no_price","payments":[],"addresses":{"bitcoin":"0000000000000000000000000000000000","ethereum":"0x0000000000000000000000000000000000000000","litecoin":"3000000000000000000000000000000000","bitcoincash":"bitcoincash:000000000000000000000000000000000000000000"}}}}',
  },
  Coinify: {
    from: 'https://coinify-trade-api.readme.io/reference/webhook-signature',
    secret: 'my-shared-secret',
    headers: {
      'x-coinify-webhook-signature': 'bcdbb89e3031905f3cc1a20d16b5f969a17a7d8fa0c26e4a807c2193402d66f4',
    },
    body: '{"examplePayload":true}',
  },
  CustomerIo: {
    from: 'https://github.com/customerio/customerio-node/blob/main/test/webhooks.ts',
    secret: 'signing-secret',
    headers: {
      'x-cio-timestamp': '1614265384',
      'x-cio-signature': '6f55cf23f9b73a2ff07733fe04421f64ce9ec5e409696edda6b2a80311944230',
    },
    body: '{"event_id":"abc","object_type":"email","metric":"delivered"}',
    at: '2021-02-25T15:03:04Z',
  },
  FrameIo: {
    from: 'https://github.com/Frameio/webhooks-example-app',
    // As its README shows it: the test there runs without a key, and its encoder ends the body with a newline.
    secret: '',
    headers: {
      'x-frameio-request-timestamp': '1570826343',
      'x-frameio-signature': 'v0=9aab38e9622907c1683429ea491ce6f291c4fb7404c4b55089eeca824465a454',
    },
    body: '{"id":"123","name":"ping","resource":null}\n',
    at: '2019-10-11T20:39:03Z',
  },
  GoCardless: {
    from: 'https://github.com/gocardless/gocardless-nodejs/blob/master/src/webhooks.test.ts',
    secret: 'ED7D658C-D8EB-4941-948B-3973214F2D49',
    headers: { 'webhook-signature': '2693754819d3e32d7e8fcb13c729631f316c6de8dc1cf634d6527f1c07276e7e' },
    body: '{"events":[{"id":"EV00BD05S5VM2T","created_at":"2018-07-05T09:13:51.404Z","resource_type":"subscriptions","action":"created","links":{"subscription":"SB0003JJQ2MR06"},"details":{"origin":"api","cause":"subscription_created","description":"Subscription created via the API."},"metadata":{}},{"id":"EV00BD05TB8K63","created_at":"2018-07-05T09:13:56.893Z","resource_type":"mandates","action":"created","links":{"mandate":"MD000AMA19XGEC"},"details":{"origin":"api","cause":"mandate_created","description":"Mandate created via the API."},"metadata":{}}]}',
  },
  HubSpot: {
    from: 'https://github.com/HubSpot/hubspot-api-python/blob/master/tests/spec/utils/test_signature.py',
    secret: 'yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy',
    headers: {
      'x-hubspot-request-timestamp': '1693657560000',
      'x-hubspot-signature-v3': 'K36dawei4A+QBNolUOqo7s91KQDWQ5MXZ/QufNYuk/Y=',
    },
    body: "{'example_field':'example_value'}",
    at: '2023-09-02T12:26:00Z',
    publicUrl: 'https://www.example.com/webhook_uri',
  },
  Jira: {
    from: 'https://developer.atlassian.com/cloud/jira/platform/webhooks/',
    ...ATLASSIAN,
  },
  LINE: {
    from: 'https://github.com/line/line-bot-sdk-nodejs/blob/master/test/validate-signature.spec.ts',
    secret: 'test_secret',
    headers: { 'x-line-signature': 't7Hn4ZDHqs6e+wdvI5TyQIvzie0DmMUmuXEBqyyE/tM=' },
    body: '{"hello":"world"}',
  },
  Onfido: {
    from: 'https://github.com/onfido/onfido-node/blob/master/test/classic-webhook-event-verifier.test.ts',
    secret: '_ABC123abc123ABC123abc123ABC123_',
    headers: { 'x-sha2-signature': 'a0082d7481f9f0a2907583dbe1f344d6d4c0d9989df2fd804f98479f60cd760e' },
    body: '{"payload":{"resource_type":"check","action":"check.completed","object":{"id":"check-123","status":"complete","completed_at_iso8601":"2020-01-01T00:00:00Z","href":"https://api.onfido.com/v3/checks/check-123"}}}',
  },
  OpenAI: {
    from: 'https://github.com/openai/openai-node/blob/master/tests/lib/webhooks.test.ts',
    secret: 'whsec_RdvaYFYUXuIFuEbvZHwMfYFhUf7aMYjYcmM24+Aj40c=',
    headers: {
      'webhook-id': 'wh_685c059ae39c8190af8c71ed1022a24d',
      'webhook-timestamp': '1750861210',
      'webhook-signature': 'v1,gUAg4R2hWouRZqRQG4uJypNS8YK885G838+EHb4nKBY=',
    },
    body: '{"id": "evt_685c059ae3a481909bdc86819b066fb6", "object": "event", "created_at": 1750861210, "type": "response.completed", "data": {"id": "resp_123"}}',
    at: '2025-06-25T14:20:10Z',
  },
  PagerDuty: {
    from: 'https://github.com/PagerDuty/go-pagerduty/blob/main/webhookv3/webhookv3_test.go',
    secret: 'lDQHScfUeXUKaQRNF+8XIiDKZ7XX3itBAYzwU0TARw8lJqRnkKl2iB1anSb0Z+IK',
    headers: {
      'x-pagerduty-signature': 'v1=0c0b9495b893a39e70d1fea2fe11fbe0a825f88b9f67846f6cc07dd2bc5476cd',
    },
    body: '{"event":{"id":"01BWDWL3NYY7LUFPZCC28QUCMK","event_type":"incident.priority_updated","resource_type":"incident","occurred_at":"2021-04-26T17:36:27.458Z","agent":{"html_url":"https://acme.pagerduty.com/users/PLH1HKV","id":"PLH1HKV","self":"https://api.pagerduty.com/users/PLH1HKV","summary":"Tenex Engineer","type":"user_reference"},"client":null,"data":{"id":"PGR0VU2","type":"incident","self":"https://api.pagerduty.com/incidents/PGR0VU2","html_url":"https://acme.pagerduty.com/incidents/PGR0VU2","number":2,"status":"triggered","title":"A little bump in the road","service":{"html_url":"https://acme.pagerduty.com/services/PF9KMXH","id":"PF9KMXH","self":"https://api.pagerduty.com/services/PF9KMXH","summary":"API Service","type":"service_reference"},"assignees":[{"html_url":"https://acme.pagerduty.com/users/PTUXL6G","id":"PTUXL6G","self":"https://api.pagerduty.com/users/PTUXL6G","summary":"User 123","type":"user_reference"}],"escalation_policy":{"html_url":"https://acme.pagerduty.com/escalation_policies/PUS0KTE","id":"PUS0KTE","self":"https://api.pagerduty.com/escalation_policies/PUS0KTE","summary":"Default","type":"escalation_policy_reference"},"teams":[{"html_url":"https://acme.pagerduty.com/teams/PFCVPS0","id":"PFCVPS0","self":"https://api.pagerduty.com/teams/PFCVPS0","summary":"Engineering","type":"team_reference"}],"priority":{"html_url":"https://acme.pagerduty.com/account/incident_priorities","id":"PSO75BM","self":"https://api.pagerduty.com/priorities/PSO75BM","summary":"P1","type":"priority_reference"},"urgency":"high","conference_bridge":{"conference_number":1000,"conference_url":"https://example.com"},"resolve_reason":null}}}',
  },
  Razorpay: {
    from: 'https://github.com/razorpay/razorpay-node/blob/master/test/utils/razorpay-utils.spec.js',
    secret: '123456',
    headers: { 'x-razorpay-signature': '2fe04e22977002e6c7cb553adab8b460cb9e2a4970d5953cb27a8472752e3bbc' },
    body: '{"a":1,"b":2,"c":{"d":3}}',
  },
  Square: {
    from: 'https://developer.squareup.com/docs/webhooks/step3validate',
    secret: 'asdf1234',
    headers: { 'x-square-hmacsha256-signature': '2kRE5qRU2tR+tBGlDwMEw2avJ7QM4ikPYD/PJ3bd9Og=' },
    body: '{"hello":"world"}',
    publicUrl: 'https://example.com/webhook',
  },
  Wise: {
    from: 'https://github.com/transferwise/digital-signatures-examples/blob/main/verify-webhook-signature/verify-signature.js',
    secret: WISE_SANDBOX_KEY,
    headers: {
      'x-signature-sha256':
        'wKcKCYXAzxNgiu7xmoDm943NUni7Rz33QN8JkEA9dWSGebgndonabgSj18Y4C08OrwVmueGsED2s00M7DtJVcYKOS1i3G4TMVx+mgM3aL9djMBkQtiYNBFUd6wrPI7ZUNHv/TrlKSjTMc+6JFvUvJ7owY3z85e3I4jLRLJowMFvO8kvCJ60+1pY9wDwZvtZ//WS93LrwGjk9Dvwzpmu0w+P4J75tETT5qC3Uv0y5G2yO8SEoO3yNP/tg/BOli02niHb53vEOUWUb9bly6thnfMoXoiV/osoGxgF20R58RlvkAmezyyl1Sv542TfS2DpiwVnmjjjkCyXeSUcKookYLQ==',
    },
    body: '{"data":{"resource":{"id":49983981,"profile_id":16055450,"account_id":14124090,"type":"transfer"},"current_state":"incoming_payment_waiting","previous_state":null,"occurred_at":"2021-08-23T10:12:50Z"},"subscription_id":"90aa8e14-4ef1-4a56-861c-f3c9cde097ea","event_type":"transfers#state-change","schema_version":"2.0.0","sent_at":"2021-08-23T10:12:50Z"}',
  },
};
