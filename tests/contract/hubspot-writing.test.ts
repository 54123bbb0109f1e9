import { describe, expect, test } from 'vitest';
import { ana, ben, recordOf, setUp } from './hubspot-bench.ts';

describe('HubSpot connector: changing the owner', () => {
  test('changes the owner of an unchanged contact, and the stamp moves on although the clock stands still', async () => {
    const { connector, standIn } = await setUp();
    await connector.changeOwner({
      id: '501',
      ownerId: '9001',
      ifUnmodifiedSince: '2026-05-12T10:00:00+02:00',
    });
    const first = await recordOf(connector, '501');
    await connector.changeOwner({ id: '501', ownerId: '9002', ifUnmodifiedSince: first.modifiedAt });
    const second = await recordOf(connector, '501');
    expect([first.owner, second.owner]).toEqual([ana, ben]);
    expect([first.modifiedAt, second.modifiedAt]).toEqual([
      '2026-05-18T09:00:00.000Z',
      '2026-05-18T09:00:00.001Z',
    ]);
    expect(standIn.writes()).toMatchObject({ '501': 2, '502': 0 });
    expect(standIn.owners()).toMatchObject({ '501': 'ben.osei@example.com', '502': null });
  });

  test.each([
    ['changed', { state: 'Tirol' }],
    ['archived', { archived: true }],
  ])('a contact that was %s since it was read is left alone', async (_, fields) => {
    const { connector, standIn } = await setUp();
    const { modifiedAt } = await recordOf(connector, '501');
    standIn.patch('501', fields);
    await expect(
      connector.changeOwner({ id: '501', ownerId: '9001', ifUnmodifiedSince: modifiedAt }),
    ).rejects.toMatchObject({ code: 'record_changed' });
    expect(standIn.writes()).toMatchObject({ '501': 0 });
  });

  test("HubSpot's conflict counts as a change by somebody else", async () => {
    const { connector, answerNext } = await setUp();
    answerNext(
      {
        status: 409,
        body: { status: 'error', message: 'Conflict', correlationId: 'c', category: 'CONFLICT' },
      },
      ({ method }) => method === 'PATCH',
    );
    await expect(
      connector.changeOwner({ id: '501', ownerId: '9001', ifUnmodifiedSince: null }),
    ).rejects.toMatchObject({ code: 'record_changed' });
  });

  test.each([
    ['9003', '501', '9003 was not a valid owner id'],
    ['9001', '507', 'This record is read-only and cannot be edited.'],
    ['9001', '599', 'resource not found'],
  ])("owner %s for contact %s is refused in HubSpot's own words", async (ownerId, id, words) => {
    const { connector, standIn } = await setUp();
    await expect(connector.changeOwner({ id, ownerId, ifUnmodifiedSince: null })).rejects.toMatchObject({
      code: 'vendor_refused',
      message: expect.stringContaining(words),
    });
    expect(Object.values(standIn.writes()).every((count) => count === 0)).toBe(true);
  });

  test('a write whose answer is lost was made once and can be read back', async () => {
    const { connector, standIn, faults } = await setUp();
    faults.arm('hubspot', 'write_then_reset', 1);
    await expect(
      connector.changeOwner({ id: '501', ownerId: '9001', ifUnmodifiedSince: null }),
    ).rejects.toMatchObject({ code: 'vendor_unreachable' });
    expect(await recordOf(connector, '501')).toMatchObject({ owner: ana });
    expect(standIn.writes()).toMatchObject({ '501': 1 });
  });

  test('a contact that was merged into another since it was read is left alone, and its old id shows who owns the other', async () => {
    const { connector, standIn } = await setUp();
    const { modifiedAt } = await recordOf(connector, '502');
    standIn.patch('508', { hs_merged_object_ids: '502' });
    standIn.patch('502', { archived: true });
    await expect(
      connector.changeOwner({ id: '502', ownerId: '9002', ifUnmodifiedSince: modifiedAt }),
    ).rejects.toMatchObject({ code: 'record_changed' });
    expect(Object.values(standIn.writes()).every((count) => count === 0)).toBe(true);
    expect(await recordOf(connector, '502')).toMatchObject({ id: '508', owner: ana });
  });
});
