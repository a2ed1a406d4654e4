const NOT_FOUND = 'how it signs was not found in words or code of its own';

/** Senders that people ask for and that are no type, and why: a guess is none. */
export const UNNAMED: Readonly<Record<string, string>> = {
  Airtable: NOT_FOUND,
  'Checkout.com': NOT_FOUND,
  Contentful: 'signs a list of headers that each delivery names, which no template says',
  Dwolla: NOT_FOUND,
  Flutterwave: NOT_FOUND,
  LaunchDarkly: NOT_FOUND,
  Nylas: NOT_FOUND,
  Persona: NOT_FOUND,
  Shortcut: NOT_FOUND,
  SonarQube: NOT_FOUND,
  Squarespace: NOT_FOUND,
  Tally: NOT_FOUND,
};
