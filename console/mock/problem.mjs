export function problem(status, type, detail, instance = '', more = {}) {
  return {
    status,
    type: 'application/problem+json',
    body: { type: `/problems/${type}`, title: type, status, detail, instance, ...more },
  };
}
