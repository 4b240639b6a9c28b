import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { compileCheck } from "../../../schema/index.ts";
import { type CaseEvent, type EventOptions, take } from "../../events/event.ts";
import { tweetSchema } from "../names.ts";
import { CLIENT_AFTER, LONGEST_DELAY, RESENT_WITHIN, tweets } from "./generate.ts";
import { characters, LONGEST_TEXT, type Tweet } from "./tweet.ts";
import { hashtags, languages, regions } from "./vocabulary.ts";

const check = compileCheck(await tweetSchema());
const START = Date.parse("2026-06-29T00:00:00Z");

function some(count: number, options: EventOptions = {}): CaseEvent[] {
  return [...take(tweets(options), count)];
}
function read(events: readonly CaseEvent[]): Tweet[] {
  return events.map(({ value }) => JSON.parse(value) as Tweet);
}
const all = read(some(30_000, { malformed: 0 }));
const distinct = [...new Map(all.map((tweet) => [tweet.tweet_id, tweet])).values()];

suite("tweets", () => {
  test("are the same for a seed, however many are taken, and others for another", () => {
    assert.deepEqual(some(2000).slice(0, 500), some(500));
    assert.notDeepEqual(some(10, { seed: 7 }), some(10));
  });

  test("follow the schema, but for those that are malformed, which it refuses", () => {
    for (const tweet of all) assert.equal(check(tweet), undefined);
    for (const { value } of some(500, { malformed: 1 })) {
      let message: unknown;
      try {
        message = JSON.parse(value);
      } catch {
        continue;
      }
      assert.notEqual(check(message), undefined, value);
    }
  });

  test("have their hashtags and mentions in their texts, which are not too long", () => {
    for (const { text, hashtags: topics, mentions } of distinct) {
      assert.ok(characters(text) <= LONGEST_TEXT && characters(text) > 0);
      const words = text.split(" ");
      for (const name of [...topics, ...mentions]) assert.ok(words.includes(name), `${name} in ${text}`);
      assert.equal(new Set(topics).size, topics.length);
      assert.ok(topics.length <= 5 && mentions.length <= 3);
    }
  });

  test("say what they answer according to their type", () => {
    for (const tweet of distinct) {
      const { tweet_type: type } = tweet;
      assert.deepEqual(
        [tweet.is_retweet, tweet.is_reply, tweet.is_quote],
        [type === "retweet", type === "reply", type === "quote"],
      );
      assert.equal(tweet.original_tweet_id !== undefined, type === "retweet");
      assert.equal(tweet.reply_to_tweet_id !== undefined, type === "reply");
      assert.equal(tweet.quoted_text !== undefined, type === "quote");
      assert.ok(characters(tweet.quoted_text ?? "") <= 100);
    }
  });

  test("use every type, language, region and hashtag", () => {
    const values = (of: (tweet: Tweet) => readonly string[]): number => new Set(distinct.flatMap(of)).size;
    assert.equal(
      values(({ tweet_type }) => [tweet_type]),
      4,
    );
    assert.equal(
      values(({ language }) => [language]),
      languages.length,
    );
    assert.equal(
      values(({ region }) => [region]),
      regions.length,
    );
    assert.equal(
      values((tweet) => tweet.hashtags),
      hashtags.length,
    );
  });

  test("have users of whom a tenth writes more than a third, and reactions of which most go to few", () => {
    const share = (values: readonly number[], part: number): number => {
      const sorted = values.toSorted((a, b) => b - a);
      const sum = (of: readonly number[]): number => of.reduce((total, value) => total + value, 0);
      return sum(sorted.slice(0, Math.ceil(sorted.length * part))) / sum(sorted);
    };
    const users = [...Map.groupBy(distinct, ({ user }) => user.user_id).values()];
    assert.ok(
      share(
        users.map(({ length }) => length),
        0.1,
      ) > 0.33,
    );
    assert.ok(
      share(
        distinct.map(({ like_count }) => like_count),
        0.05,
      ) > 0.5,
    );
    for (const tweetsOfOne of users)
      for (const { user } of tweetsOfOne) assert.deepEqual(user, (tweetsOfOne[0] as Tweet).user);
    const nobody = users.filter(([one]) => one?.user.location === null).length / users.length;
    assert.ok(nobody > 0.25 && nobody < 0.35);
  });

  test("come in the order of their times, but for those that are late or come twice", () => {
    const [inOrder, late] = [
      some(5000, { late: 0, doubled: 0, malformed: 0 }),
      some(5000, { late: 1, doubled: 0, malformed: 0 }),
    ];
    const lags = (events: readonly CaseEvent[]): number[] => {
      let newest = 0;
      return read(events).map(({ created_at }) => {
        const time = Date.parse(created_at);
        newest = Math.max(newest, time);
        return newest - time;
      });
    };
    assert.ok(Math.max(...lags(inOrder)) <= 20_000);
    const longest = Math.max(...lags(late));
    assert.ok(longest > 3_600_000 && longest <= LONGEST_DELAY, `${longest} ms`);
    const twice = read(some(5000, { late: 0, doubled: 1, malformed: 0 }));
    const copies = [...Map.groupBy(twice.keys(), (index) => (twice[index] as Tweet).tweet_id).values()];
    assert.ok(copies.every(({ length }) => length <= 2) && copies.filter(({ length }) => length === 2).length > 2300);
    const first = Date.parse((twice[0] as Tweet).created_at);
    assert.ok(first >= START && first < START + RESENT_WITHIN);
  });

  test("say what they were written with from some hour on", () => {
    for (const { created_at, client } of distinct)
      assert.equal(client !== undefined, Date.parse(created_at) >= START + CLIENT_AFTER);
  });
});
