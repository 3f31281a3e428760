/** What happens to tests on a machine that gives them no mount namespace. */
export type Unsupported = 'fail' | 'skip';
