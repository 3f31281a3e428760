/**
 * `mountns` for `require()`, where that can't load ES modules: in Jest. One copy for the whole process, which
 * fake timers and mocks of a test don't reach.
 */
import { requireInMainRealm } from '../../native/main-realm.cjs';
import type * as Main from '../index.js' with { 'resolution-mode': 'import' };

const main = requireInMainRealm(`${__dirname}/../index.js`) as typeof Main;

export type * from '../index.js' with { 'resolution-mode': 'import' };
export const checkSupport: typeof Main.checkSupport = main.checkSupport;
export const enterMountNamespace: typeof Main.enterMountNamespace = main.enterMountNamespace;
export const parseMountInfo: typeof Main.parseMountInfo = main.parseMountInfo;
export const readMounts: typeof Main.readMounts = main.readMounts;
export const withMountNamespace: typeof Main.withMountNamespace = main.withMountNamespace;

// A constant hides the type of the same name that came with `export type *`.
export const ExplainedError: typeof Main.ExplainedError = main.ExplainedError;
export type ExplainedError = Main.ExplainedError;
export const MountError: typeof Main.MountError = main.MountError;
export type MountError = Main.MountError;
export const MountTable: typeof Main.MountTable = main.MountTable;
export type MountTable = Main.MountTable;
export const NamespaceError: typeof Main.NamespaceError = main.NamespaceError;
export type NamespaceError = Main.NamespaceError;
