// What must compile, and what must not, with the globals of @types/jest. It is never run.
import 'mountns/jest';

test('matchers are methods of an assertion', async () => {
  expect('/mnt/x').toBeMountPoint({ type: 'tmpfs', options: [expect.stringMatching(/^size=/)] });
  expect('/mnt/x').not.toHavePropagation('slave+shared');
  await expect(Promise.resolve('/mnt/x')).resolves.toBeReadOnly();
  await expect(() => {}).toLeaveMountsUnchanged();
  expect(['/mnt/x']).toEqual([expect.toBeMountPoint({ type: 'tmpfs' })]);
  expect(['/mnt/x']).toEqual([expect.not.toBeReadOnly()]);
});

test('mistakes do not compile', () => {
  // @ts-expect-error misspelt
  expect('/mnt/x').toBeReadonly();
  // @ts-expect-error misspelt
  expect.toBeReadonly();
  // @ts-expect-error unknown option
  expect('/mnt/x').toBeMountPoint({ typ: 'tmpfs' });
  // @ts-expect-error no propagation type
  expect('/mnt/x').not.toHavePropagation('privat');
  // @ts-expect-error no asymmetric matcher: it is asynchronous
  expect.toLeaveMountsUnchanged();
});
