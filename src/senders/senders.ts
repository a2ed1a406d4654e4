import { adyen } from './adyen.ts';
import { adyenPlatform } from './adyen-platform.ts';
import { afterShip } from './after-ship.ts';
import { alchemy } from './alchemy.ts';
import { alertmanager } from './alertmanager.ts';
import { asana } from './asana.ts';
import { azureDevOps } from './azure-dev-ops.ts';
import { bitbucket } from './bitbucket.ts';
import { box } from './box.ts';
import { buildkite } from './buildkite.ts';
import { calCom } from './cal-com.ts';
import { calendly } from './calendly.ts';
import { circleCI } from './circle-ci.ts';
import { clerk } from './clerk.ts';
import { cloudEvents } from './cloud-events.ts';
import { cloudflareStream } from './cloudflare-stream.ts';
import { coinbaseCommerce } from './coinbase-commerce.ts';
import { coinify } from './coinify.ts';
import { customerIo } from './customer-io.ts';
import { discord } from './discord.ts';
import { docuSign } from './docu-sign.ts';
import { dodoPayments } from './dodo-payments.ts';
import { dropbox } from './dropbox.ts';
import { elevenLabs } from './eleven-labs.ts';
import { eventGrid } from './event-grid.ts';
import { expo } from './expo.ts';
import { figma } from './figma.ts';
import { forgejo } from './forgejo.ts';
import { frameIo } from './frame-io.ts';
import { gitea } from './gitea.ts';
import { gitHub } from './github.ts';
import { goCardless } from './go-cardless.ts';
import { gogs } from './gogs.ts';
import { grafana } from './grafana.ts';
import { heroku } from './heroku.ts';
import { hookdeck } from './hookdeck.ts';
import { hubSpot } from './hub-spot.ts';
import { imageKit } from './image-kit.ts';
import { intercom } from './intercom.ts';
import { jira } from './jira.ts';
import { lemonSqueezy } from './lemon-squeezy.ts';
import { line } from './line.ts';
import { linear } from './linear.ts';
import { lithic } from './lithic.ts';
import { liveblocks } from './liveblocks.ts';
import { mailgun } from './mailgun.ts';
import { mandrill } from './mandrill.ts';
import { modernTreasury } from './modern-treasury.ts';
import { mux } from './mux.ts';
import { nango } from './nango.ts';
import { netlify } from './netlify.ts';
import { notion } from './notion.ts';
import { okta } from './okta.ts';
import { onfido } from './onfido.ts';
import { openAI } from './open-ai.ts';
import { paddle } from './paddle.ts';
import { pagerDuty } from './pager-duty.ts';
import { paystack } from './paystack.ts';
import { plaid } from './plaid.ts';
import { polar } from './polar.ts';
import { postmark } from './postmark.ts';
import { pusher } from './pusher.ts';
import { razorpay } from './razorpay.ts';
import { render } from './render.ts';
import { replicate } from './replicate.ts';
import { resend } from './resend.ts';
import { revenueCat } from './revenue-cat.ts';
import { sanity } from './sanity.ts';
import { segment } from './segment.ts';
import { sendGrid } from './send-grid.ts';
import type { Sender } from './sender.ts';
import { sentry } from './sentry.ts';
import { slack } from './slack.ts';
import { square } from './square.ts';
import { stream } from './stream.ts';
import { stripe } from './stripe.ts';
import { telegram } from './telegram.ts';
import { telnyx } from './telnyx.ts';
import { terraformCloud } from './terraform-cloud.ts';
import { trello } from './trello.ts';
import { twitch } from './twitch.ts';
import { typeform } from './typeform.ts';
import { vercel } from './vercel.ts';
import { webSub } from './web-sub.ts';
import { webflow } from './webflow.ts';
import { wise } from './wise.ts';
import { wooCommerce } from './woo-commerce.ts';
import { workOS } from './work-os.ts';
import { xero } from './xero.ts';
import { zendesk } from './zendesk.ts';
import { zoom } from './zoom.ts';

/** Every named sender that is data, by its name in `spec.source.type`. */
export const SENDERS = {
  Adyen: adyen,
  AdyenPlatform: adyenPlatform,
  AfterShip: afterShip,
  Alchemy: alchemy,
  Alertmanager: alertmanager,
  Asana: asana,
  AzureDevOps: azureDevOps,
  Bitbucket: bitbucket,
  Box: box,
  Buildkite: buildkite,
  CalCom: calCom,
  Calendly: calendly,
  CircleCI: circleCI,
  Clerk: clerk,
  CloudEvents: cloudEvents,
  CloudflareStream: cloudflareStream,
  CoinbaseCommerce: coinbaseCommerce,
  Coinify: coinify,
  CustomerIo: customerIo,
  Discord: discord,
  DocuSign: docuSign,
  DodoPayments: dodoPayments,
  Dropbox: dropbox,
  ElevenLabs: elevenLabs,
  EventGrid: eventGrid,
  Expo: expo,
  Figma: figma,
  Forgejo: forgejo,
  FrameIo: frameIo,
  Gitea: gitea,
  GitHub: gitHub,
  GoCardless: goCardless,
  Gogs: gogs,
  Grafana: grafana,
  Heroku: heroku,
  Hookdeck: hookdeck,
  HubSpot: hubSpot,
  ImageKit: imageKit,
  Intercom: intercom,
  Jira: jira,
  LemonSqueezy: lemonSqueezy,
  LINE: line,
  Linear: linear,
  Lithic: lithic,
  Liveblocks: liveblocks,
  Mailgun: mailgun,
  Mandrill: mandrill,
  ModernTreasury: modernTreasury,
  Mux: mux,
  Nango: nango,
  Netlify: netlify,
  Notion: notion,
  Okta: okta,
  Onfido: onfido,
  OpenAI: openAI,
  Paddle: paddle,
  PagerDuty: pagerDuty,
  Paystack: paystack,
  Plaid: plaid,
  Polar: polar,
  Postmark: postmark,
  Pusher: pusher,
  Razorpay: razorpay,
  Render: render,
  Replicate: replicate,
  Resend: resend,
  RevenueCat: revenueCat,
  Sanity: sanity,
  Segment: segment,
  SendGrid: sendGrid,
  Sentry: sentry,
  Slack: slack,
  Square: square,
  Stream: stream,
  Stripe: stripe,
  Telegram: telegram,
  Telnyx: telnyx,
  TerraformCloud: terraformCloud,
  Trello: trello,
  Twitch: twitch,
  Typeform: typeform,
  Vercel: vercel,
  Webflow: webflow,
  WebSub: webSub,
  Wise: wise,
  WooCommerce: wooCommerce,
  WorkOS: workOS,
  Xero: xero,
  Zendesk: zendesk,
  Zoom: zoom,
} as const satisfies Readonly<Record<string, Sender>>;
