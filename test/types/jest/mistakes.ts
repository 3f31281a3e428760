import { expect } from '@jest/globals';
import 'mountns/jest';

expect('/mnt/x').toBeReadonly();
expect('/mnt/x').toBeMountPoint({ typ: 'tmpfs' });
expect('/mnt/x').toHavePropagation('privat');
