import v8 from 'node:v8';
import vm from 'node:vm';

import { alternate, ratio, summarise } from '../measure.mjs';

v8.setFlagsFromString('--expose-gc');
const collect = vm.runInNewContext('gc');

/** The parser against the least that could be done with the same text. */
export default async function mountInfo({ quick }) {
  const { parseMountInfo } = await import('mountns');
  const rows = [];
  for (const lines of [20, 1000, 50_000]) {
    const text = Array.from(
      { length: lines },
      (_, index) =>
        `${index + 30} ${index + 29} 0:${index % 300} / /srv/mounts/${index} rw,nosuid,nodev,relatime shared:${index} - tmpfs tmpfs rw,size=1024k,mode=755\n`,
    ).join('');
    const repeat = Math.max(1, Math.round(50_000 / lines));
    const many = (run) => () => {
      // Else each pays for what the other has left behind.
      collect();
      const start = performance.now();
      for (let index = 0; index < repeat; index++) run(text);
      return { wall: performance.now() - start };
    };
    const { parsed, split } = await alternate(
      {
        parsed: many((each) => parseMountInfo(each)),
        split: many((each) => each.split('\n').map((line) => line.split(' '))),
      },
      { runs: quick ? 11 : 31, warmUp: 5 },
    );
    const speed = summarise(parsed.wall.map((wall) => (lines * repeat) / wall / 1000));
    rows.push({
      what: `parseMountInfo, ${lines} lines`,
      against: 'a plain split',
      ...ratio(parsed.wall, split.wall),
      reach: 3,
    });
    rows.push({
      what: `parseMountInfo, ${lines} lines: million lines a second`,
      against: '',
      ...speed,
      unit: 'M/s',
      atLeast: 1,
    });
  }
  return rows;
}
