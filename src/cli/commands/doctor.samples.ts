/** Two requests of one kind: the first teaches, the second is measured. */
export interface Sample {
  kind: string;
  requests: readonly [teaches: SampleRequest, measured: SampleRequest];
}

export interface SampleRequest {
  messages: [{ role: "user"; content: unknown }];
  tools?: { name: string; description: string; input_schema: object }[];
}

function said(content: unknown): SampleRequest {
  return { messages: [{ role: "user", content }] };
}

const PROSE = [
  `The harbour wakes before the town does. Long before the bakery lights its ovens, the ferries cough and turn
in their berths, and the men who tie them up shout to one another about the weather, which is always worse than
it was, and about the catch, which is always smaller. By seven the market stands are up. An old woman sells
herring from a bucket and will not be hurried; a boy beside her counts coins under his breath and loses his
place each time a gull screams. Nobody here would call the place beautiful, though visitors do, and write as
much on postcards that arrive a week after they are home again. Say in one word where this is.`,
  `Bread is older than writing, and for most of its history it was made without measuring anything. A baker knew
by the feel of the dough whether it wanted water, and by the smell of the oven whether it was ready. What the
scale and the thermometer brought was not better bread but the same bread twice. That is no small thing when a
hundred people expect a loaf at six in the morning. Still, the best bakers of our street weigh their flour and
then ignore the number: on a damp day they hold back a cup, in a dry winter they add one, and if they are asked
for the reason they shrug. Say in one word what this is about.`,
];

const CODE = [
  `export function groupBy<T, K>(items: readonly T[], keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}

const byLength = groupBy(["a", "bb", "cc", "ddd"], (word) => word.length);
for (const [length, words] of byLength.entries()) {
  console.log(\`\${length}: \${words.join(", ")}\`);
}`,
  `import csv
from collections import Counter
from pathlib import Path


def busiest_hours(log: Path, top: int = 3) -> list[tuple[int, int]]:
    """Return the hours with the most visits as (hour, visits)."""
    visits: Counter[int] = Counter()
    with log.open(newline="") as handle:
        for row in csv.DictReader(handle):
            if row["status"].startswith("2") and not row["agent"].endswith("bot"):
                visits[int(row["time"][11:13])] += 1
    return visits.most_common(top)


if __name__ == "__main__":
    for hour, count in busiest_hours(Path("access.csv")):
        print(f"{hour:02d}:00  {count:>6}")`,
];

const MIXED = [
  `港の朝は早い。船が戻ると、市場の人たちは魚を並べて、値段を大きな声で言う。子どもたちは学校へ行く前に、パンを買って猫に少し分ける。🐟🐈
清晨的港口很安静,只有海鸥在叫。卖鱼的老人把桶放在石阶上,慢慢地数着硬币,好像时间并不重要。⛵🌊☀️
아침 시장에는 갓 구운 빵 냄새가 난다. 사람들은 서로 인사를 하고 어제의 날씨를 이야기한다. 🍞👋🏽`,
  `冬の山は静かで、雪が音を吸い込む。小屋の主人は薪を割り、湯を沸かし、客が来るのを待っている。道は一つしかない。⛄🔥
山里的雪下了三天,屋顶都白了。主人煮了一壶茶,说春天来的时候这里到处都是花。🌨️🍵🌸
겨울 산길은 미끄럽지만 별이 아주 가깝게 보인다. 밤이 되면 모두 불 옆에 모여 노래를 부른다. ✨🎶👨‍👩‍👧`,
];

function tool(name: string, description: string, properties: object): NonNullable<SampleRequest["tools"]> {
  return [
    {
      name,
      description,
      input_schema: {
        type: "object",
        properties,
        required: Object.keys(properties).slice(0, 2),
        additionalProperties: false,
      },
    },
  ];
}

const TOOLS = [
  tool("book_table", "Reserve a table in a restaurant. Ask for the number of guests when it is not known.", {
    restaurant: { type: "string", description: "Its name as the guests wrote it" },
    guests: { type: "integer", minimum: 1, maximum: 40, description: "How many people will come" },
    time: { type: "string", format: "date-time", description: "When they will arrive, in local time" },
    seating: { type: "string", enum: ["inside", "terrace", "bar"], description: "Where they want to sit" },
    allergies: { type: "array", items: { type: "string" }, description: "What the kitchen must leave out" },
  }),
  tool(
    "send_parcel",
    "Order the pick-up of a parcel. Give the weight in grams and the sizes in millimetres.",
    {
      address: {
        type: "object",
        description: "Where it goes",
        properties: { street: { type: "string" }, city: { type: "string" }, postcode: { type: "string" } },
      },
      weight: { type: "number", exclusiveMinimum: 0, description: "Grams, the wrapping included" },
      sizes: { type: "array", items: { type: "integer" }, minItems: 3, maxItems: 3 },
      insured: { type: "boolean", default: false, description: "Whether its loss is paid for" },
    },
  ),
];

/** PNGs of 512 × 512 pixels in one colour. */
const PICTURES = [
  "iVBORw0KGgoAAAANSUhEUgAAAgAAAAIAAQMAAADOtka5AAAAA1BMVEXIHh4WiPieAAAANklEQVR42u3BAQEAAACCIP+vbkhAAQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB8G4IAAAFjdVCkAAAAAElFTkSuQmCC",
  "iVBORw0KGgoAAAANSUhEUgAAAgAAAAIAAQMAAADOtka5AAAAA1BMVEUePMhXjoDdAAAANklEQVR42u3BAQEAAACCIP+vbkhAAQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB8G4IAAAFjdVCkAAAAAElFTkSuQmCC",
];

function picture(data: string | undefined): SampleRequest {
  return said([
    { type: "image", source: { type: "base64", media_type: "image/png", data } },
    { type: "text", text: "Which colour is this? Answer with one word." },
  ]);
}

function pair(kind: string, [teaches, measured]: SampleRequest[]): Sample {
  if (teaches === undefined || measured === undefined) throw new Error(`${kind} needs two requests`);
  return { kind, requests: [teaches, measured] };
}

/** What the estimate is measured with: prompts of a few hundred tokens, each kind written another way. */
export const SAMPLES: readonly Sample[] = [
  pair("English prose", PROSE.map(said)),
  pair(
    "code",
    CODE.map((code) => said(`Which language is this? Answer with one word.\n\n${code}`)),
  ),
  pair(
    "a tool and its schema",
    TOOLS.map((tools) => ({ ...said("Say hello in one word."), tools })),
  ),
  pair("CJK and emoji", MIXED.map(said)),
  pair("a picture", PICTURES.map(picture)),
];
