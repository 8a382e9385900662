/** Of a request to a gateway: the version that is to answer, whatever the routing says. For testers; nothing is recorded. */
export const versionHeader = 'x-coppice-version';
