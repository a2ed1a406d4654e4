import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Launch } from '../../../../src/aws/calls/launch.ts';
import {
  askedAnew,
  creditsAskedAnew,
  isOutdated,
  launchNote,
  speaksTls,
  withCredits,
} from '../../../../src/aws/calls/launch-note.ts';

const LAUNCH: Launch = {
  zone: 'eu-central-1a',
  volumeId: 'vol-1',
  featureVersion: '',
  mongoImage: 'mongo:8.0',
  instanceTypes: ['t3.micro', 't3.small'],
  imageId: '',
  subnetId: 'subnet-1',
  securityGroupId: 'sg-1',
  instanceProfileArn: 'arn:profile',
  userData: '#!/bin/bash',
  tls: true,
  cpuCredits: 'standard',
  defaults: [],
};
const NOTE = launchNote(LAUNCH);

describe('the note of a launch', () => {
  test('says whether the host speaks TLS, which an older one does not', () => {
    expect(speaksTls(NOTE)).toBe(true);
    expect(speaksTls(launchNote({ ...LAUNCH, tls: false }))).toBe(false);
    expect(speaksTls(launchNote(LAUNCH, false))).toBe(true);
    expect(speaksTls('')).toBe(false);
  });

  test('finds nothing asked anew and nothing outdated in the same launch', () => {
    expect(askedAnew(NOTE, LAUNCH)).toEqual([]);
    expect(isOutdated(NOTE, LAUNCH)).toBe(false);
  });

  test('fits into a tag of any service, whatever was asked for', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (mongoImage, subnetId) => {
        const defaults = ['instanceType', 'imageId', 'subnetId', 'volumeId', 'mongoImage', 'cpuCredits'];
        const note = launchNote({ ...LAUNCH, mongoImage, subnetId, defaults });
        expect(note).toMatch(/^[\w.:/=+@-]{1,256}$/);
      }),
    );
  });

  test('tells a default that has become another from one that the user goes back to', () => {
    const moved = { ...LAUNCH, mongoImage: 'mongo:8.2', defaults: ['mongoImage'] };
    expect(askedAnew(launchNote({ ...LAUNCH, defaults: ['mongoImage'] }), moved)).toEqual([]);
    expect(askedAnew(NOTE, moved)).toEqual(['mongoImage']);
    // Stored by the API server when it was the default.
    const stored = { ...moved, mongoImage: 'mongo:8.0', defaults: [] };
    expect(askedAnew(launchNote({ ...LAUNCH, defaults: ['mongoImage'] }), stored)).toEqual([]);
  });

  test('has no opinion on a field that was not noted in its day', () => {
    const earlier = NOTE.replace(/imageId:[^/]+\//, '');
    expect(askedAnew(earlier, { ...LAUNCH, imageId: 'ami-1' })).toEqual([]);
  });

  test('leaves CPU credits that are not noted as they are, until some are asked for', () => {
    const earlier = launchNote(LAUNCH, false);
    expect(creditsAskedAnew(earlier, { ...LAUNCH, defaults: ['cpuCredits'] })).toBe(false);
    expect(creditsAskedAnew(earlier, LAUNCH)).toBe(true);
    expect(creditsAskedAnew(withCredits(earlier, LAUNCH), LAUNCH)).toBe(false);
    expect(creditsAskedAnew(NOTE, { ...LAUNCH, cpuCredits: 'unlimited' })).toBe(true);
    expect(isOutdated(withCredits(NOTE, LAUNCH), LAUNCH)).toBe(false);
    expect(withCredits(NOTE, LAUNCH)).toBe(NOTE);
  });

  test('of a host that nobody knows the launch of is outdated, and right in what is asked', () => {
    const note = launchNote(LAUNCH, false);
    expect(askedAnew(note, LAUNCH)).toEqual([]);
    expect(isOutdated(note, LAUNCH)).toBe(true);
  });
});
