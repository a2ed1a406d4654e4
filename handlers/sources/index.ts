import type { BuiltInType, SourceSettings } from '../contract.ts';
import { CERTIFIED_SOURCES } from './certified.ts';
import { withHandshakes } from './described-handshake.ts';
import { withEventId } from './event-id.ts';
import { describedSource, OTHER_SOURCES } from './other-sources.ts';
import type { Source, SourceEntry } from './source.ts';

/** Every source that the function has code for. */
const SOURCES: Readonly<Partial<Record<BuiltInType, SourceEntry>>> = {
  ...CERTIFIED_SOURCES,
  ...OTHER_SOURCES,
};

/** Made once: what a user describes is parsed for it. */
const made = new WeakMap<SourceSettings, Source>();

/** The source as `spec.source` describes it. */
export function sourceOf(settings: SourceSettings): Source {
  const source = made.get(settings) ?? makeSource(settings);
  made.set(settings, source);
  return source;
}

function makeSource(settings: SourceSettings): Source {
  const { sender, handshakes = [] } = settings;
  const own = sender === undefined ? builtIn(settings) : describedSource(sender);
  const source = withHandshakes(own, [...handshakes, ...(sender?.handshakes ?? [])]);
  return settings.eventId === undefined ? source : withEventId(source, settings.eventId);
}

/** Whether there is such a source, or one is described with it. */
export const isKnown = ({ type, sender }: Partial<SourceSettings>): boolean =>
  typeof type === 'string' &&
  (typeof sender === 'object' ? describedSource !== undefined : Object.hasOwn(SOURCES, type));

function builtIn(settings: SourceSettings): Source {
  // It is there: what isn't known gets no further than the settings.
  const entry = SOURCES[settings.type as BuiltInType] as SourceEntry;
  return typeof entry === 'function' ? entry(settings) : entry;
}
