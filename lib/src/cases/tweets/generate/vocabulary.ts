/** What tweets are about, and in which words: hashtags with their hours and moods, languages with their regions. */

/** A hashtag, how it makes people feel, and when they write of it. */
export interface Hashtag {
  /** With `#`. */
  readonly name: string;
  /** −1 to 1: where the sentiment of its tweets lies. */
  readonly mood: number;
  /** The hour of the day, UTC, in which it is written most. */
  readonly peak: number;
}

const MOODS: Readonly<Record<string, readonly [mood: number, peak: number]>> = {
  ...{ coffee: [0.4, 7], news: [-0.2, 6], music: [0.5, 20], football: [0.1, 19], weather: [-0.1, 8] },
  ...{ travel: [0.6, 11], food: [0.5, 12], photography: [0.5, 16], books: [0.4, 21], politics: [-0.5, 18] },
  ...{ gaming: [0.2, 22], cats: [0.7, 15], dogs: [0.7, 14], science: [0.3, 13], economy: [-0.3, 9] },
  ...{ movies: [0.3, 21], health: [0.1, 10], traffic: [-0.6, 17], gardening: [0.5, 10], cycling: [0.4, 16] },
  ...{ kafka: [0.2, 14], opensource: [0.4, 15], startups: [0.2, 13], climate: [-0.4, 12], education: [0.1, 9] },
  ...{ art: [0.5, 19], fashion: [0.3, 18], history: [0.1, 20], running: [0.4, 6], monday: [-0.4, 7] },
};

/** The hashtags, the most popular first. */
export const hashtags: readonly Hashtag[] = Object.entries(MOODS).map(([name, [mood, peak]]) => ({
  name: `#${name}`,
  mood,
  peak,
}));

/** How much more a hashtag is written in its hour. */
const PEAK = 8;

/** How often each hashtag is written in an hour of the day: a few often, most seldom, each more in its hour. */
export function hashtagWeights(hourOfDay: number): number[] {
  return hashtags.map(({ peak }, rank) => {
    const distance = Math.min((hourOfDay - peak + 24) % 24, (peak - hourOfDay + 24) % 24);
    return (1 + PEAK * Math.exp(-(distance ** 2) / 6)) / (rank + 2);
  });
}

/** The regions. */
export const regions = [
  ...["North America", "Europe", "Asia Pacific", "Latin America"],
  ...["Middle East", "Africa", "Australia", "South Asia"],
] as const;

/** A language: how much of it is written, in which regions, and some of its words. */
export interface Language {
  readonly name: string;
  readonly weight: number;
  /** One for each of {@link regions}. */
  readonly regionWeights: readonly number[];
  readonly words: readonly string[];
}

function language(name: string, weight: number, regionWeights: readonly number[], words: string): Language {
  return { name, weight, regionWeights, words: words.split(" ") };
}

/** The languages. */
export const languages: readonly Language[] = [
  language(
    "en",
    38,
    [45, 18, 6, 1, 2, 8, 12, 8],
    "today we saw the best thing in town and nobody knew why it was so good 😀",
  ),
  language(
    "es",
    15,
    [12, 24, 0, 64, 0, 0, 0, 0],
    "hoy vimos la mejor cosa del barrio y nadie sabe por qué mañana será otra",
  ),
  language(
    "fr",
    7,
    [8, 62, 0, 0, 4, 26, 0, 0],
    "aujourd'hui on a vu la plus belle chose du quartier et personne ne sait où",
  ),
  language(
    "de",
    5,
    [1, 98, 0, 0, 0, 1, 0, 0],
    "heute haben wir das Schönste der Straße gesehen und keiner weiß warum 🎉",
  ),
  language("it", 2, [2, 96, 0, 2, 0, 0, 0, 0], "oggi abbiamo visto la cosa più bella del paese e nessuno sa perché"),
  language(
    "pt",
    8,
    [2, 18, 0, 74, 0, 6, 0, 0],
    "hoje vimos a melhor coisa da rua e ninguém sabe porquê amanhã há mais",
  ),
  language("ja", 11, [1, 1, 97, 0, 0, 0, 1, 0], "今日 町で 一番 いい ものを 見た 誰も 理由を 知らない 明日も 行こう"),
  language("ko", 5, [3, 1, 95, 0, 0, 0, 1, 0], "오늘 우리는 동네에서 가장 좋은 것을 봤다 아무도 이유를 모른다"),
  language("zh", 3, [8, 2, 82, 0, 0, 0, 8, 0], "今天 我们 看到 城里 最好的 东西 没有人 知道 为什么 明天 再去"),
  language("ar", 6, [1, 5, 0, 0, 66, 28, 0, 0], "اليوم رأينا أجمل شيء في المدينة ولا أحد يعرف السبب غدا نعود"),
];

/** Words of user names. */
export const nameWords = [
  ...["amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "haven", "iris", "juniper"],
  ...["kite", "lark", "maple", "north", "otter", "pixel", "quill", "river", "spark", "tide"],
] as const;

/** Where users say that they are. */
export const places = [
  ...["Oslo", "Lagos", "Lima", "Osaka", "Cairo", "Perth", "Delhi", "Turin", "Porto", "Quito"],
  ...["the moon", "behind you", "São Paulo", "Zürich", "서울", "大阪"],
] as const;

/** What users say of themselves. */
export const descriptions = [
  "Reads more than is good for anyone.",
  "Streams, tables, and the occasional cat",
  "Opinions are my own, and change daily",
  "Runs. Slowly.",
  'Says "hello" before dawn',
  "Kaffee, Kaffee, Kaffee ☕",
] as const;
