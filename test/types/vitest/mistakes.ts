import { expect } from 'mountns/vitest';

expect('/mnt/x').toBeReadonly();
expect('/mnt/x').toBeMountPoint({ typ: 'tmpfs' });
expect('/mnt/x').toHavePropagation('privat');
