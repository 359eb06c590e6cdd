import { describe, expect, it } from 'vitest';
import { HOLE, MappedText } from '../../../server/src/core/mapped-text';
import { isMovingParameter, selectionOf } from '../../../server/src/model/image-filters';
import { UNKNOWN, type Value } from '../../../server/src/model/values/value';

const text = (value: string): Value => ({
  type: 'text',
  text: MappedText.verbatim(value, 0),
  origin: { start: 0, end: value.length },
});

const select = (filters: Record<string, Value[]>) => selectionOf(new Map(Object.entries(filters)));

describe('selectionOf', () => {
  it('tells how a look-up selects', () => {
    expect(select({})).toBe('open');
    expect(select({ name: [text('app-*')] })).toBe('open');
    expect(select({ name: [text('app-2024')] })).toBe('exact');
    expect(select({ name: [text('app-*')], 'image-id': [UNKNOWN] })).toBe('exact');
    expect(select({ name: [text('app-*')], 'tag:Version': [UNKNOWN] })).toBe('versioned');
    expect(select({ name: [UNKNOWN] })).toBe('unknown');
    expect(select({ name: [text(`app-${HOLE}-*`)] })).toBe('unknown');
    expect(select({ architecture: [text('arm64')] })).toBe('open');
  });
});

describe('isMovingParameter', () => {
  it('knows the public parameters that move', () => {
    expect(isMovingParameter('/aws/service/ami-amazon-linux-latest/al2023')).toBe(true);
    expect(isMovingParameter('/aws/service/eks/optimized-ami/1.30/amazon-linux-2/recommended/image_id')).toBe(true);
    expect(isMovingParameter('/aws/service/canonical/ubuntu/server/22.04/stable/current/amd64')).toBe(true);
    expect(isMovingParameter('/images/web/1.4.2')).toBe(false);
    expect(isMovingParameter('/images/greatest/1.4.2')).toBe(false);
  });
});
