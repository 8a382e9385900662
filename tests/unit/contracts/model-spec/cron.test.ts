import { describe, expect, it } from 'vitest';
import { cronProblem } from '../../../../contracts/model-spec/cron.ts';

describe('cronProblem', () => {
  it.each([
    '0 3 * * *',
    '*/15 8-18 * * mon-fri',
    '0,30 0 1,15 JAN-mar 7',
    '59 23 31 12 0',
    '  0   3 * * *  ',
  ])('has nothing against %s', (expression) => {
    expect(cronProblem(expression)).toBeUndefined();
  });

  it.each([
    ['every day', /^expected five fields/],
    ['@daily', /^expected five fields/],
    ['0 3 * * * *', /^expected five fields/],
    ['60 3 * * *', /^60 is no minute: expected \*, numbers from 0 to 59/],
    ['0 24 * * *', /^24 is no hour/],
    ['0 3 0 * *', /^0 is no day of the month/],
    ['0 3 * 13 *', /^13 is no month/],
    ['0 3 * * moon', /^moon is no day of the week/],
    ['0 18-8 * * *', /^18-8 is no hour/],
    ['*/0 3 * * *', /^\*\/0 is no minute/],
    ['0 3 1, * *', /^1, is no day of the month/],
  ])('tells what is wrong with %s', (expression, problem) => {
    expect(cronProblem(expression)).toMatch(problem);
  });
});
