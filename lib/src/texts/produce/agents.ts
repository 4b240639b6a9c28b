/** Who reads the streams, and where each belongs: agents by first name, addresses of one word, unique among a run's streams. */
import { Random } from "../../random/index.ts";

/** Hands out agents and addresses, in an order that the seed decides. */
export class Directory {
  readonly #names: readonly string[];
  readonly #words: readonly string[];
  #agents = 0;
  #addresses = 0;

  /** @param seed equal seeds give equal agents and addresses, in the order of asking */
  constructor(seed: number) {
    const random = new Random(seed);
    this.#names = random.shuffle(FIRST_NAMES.split(/\s+/));
    this.#words = random.shuffle(WORDS.split(/\s+/));
  }

  /** `Agent_{FirstName}`. The names come round again when all were given. */
  agent(): string {
    return `Agent_${this.#names[this.#agents++ % this.#names.length]}`;
  }

  /** `/{word}.md`, never the same twice: when the words are used up, `/{word}-{word}.md`, and so on. */
  address(): string {
    const words: string[] = [];
    // The number of the address, written with the words as digits (bijective, so that no two numbers share a form).
    for (let rest = this.#addresses++; rest >= 0; rest = Math.floor(rest / this.#words.length) - 1) {
      words.push(this.#words[rest % this.#words.length] as string);
    }
    return `/${words.join("-")}.md`;
  }
}

const FIRST_NAMES = `Ada Aiko Alan Alma Amara Amir Ana Anders Anya Ari Asha Astrid Ayla Basil Bea Ben Bianca Bruno Carla Carlos
Cedric Chiara Chloe Clara Cyrus Dalia Dan Daria David Diego Dina Dora Edgar Edith Elena Elias Elif Emil Emma Enzo Erik
Esther Eva Farah Felix Fiona Flora Frida Gael George Gita Grace Greta Gustav Hana Hans Hassan Helen Henry Hugo Ida Ilse
Imran Ines Ingrid Irene Iris Isaac Ivan Jack Jana Jasper Jin Joan Jonas Jorge Julia Jun Kaia Karim Kasper Kate Kenji Kira
Lars Laura Leah Leila Leo Lina Lucas Lucia Luis Lydia Maja Malik Marco Maria Marta Matteo Maya Mei Milan Mina Mira Mona
Nadia Naomi Nia Nico Nina Noah Nora Olga Oliver Omar Oscar Otto Paula Pedro Petra Priya Quinn Rafael Rania Ravi Remy Rita
Rosa Ruben Ruth Salma Sam Sana Sara Sofia Stella Sven Tara Theo Tilda Tomas Uma Vera Victor Viola Walid Wanda Willa Xenia
Yara Yasmin Yuki Yusuf Zara Zoe`;

const WORDS = `acorn almond alpine amber anchor apple apricot april arbor arrow ash aspen atlas aurora autumn bamboo banner
barley basil basin bay beacon beech bell birch blossom bluff bonfire border bottle boulder bramble branch bread breeze
bridge brook bronze butter button cabin cactus candle canoe canvas canyon carbon cargo castle cedar cello chalk chapel
cherry chestnut chime cider cinder circle citrus clay cliff clock clover coast cobalt cocoa comet compass copper coral
cotton cove crane crater creek crescent cricket crystal cypress daisy dawn delta desert dew dolphin dove drift drum dune
dusk eagle earth easel echo elder elm ember emerald estuary falcon feather fennel fern ferry field fig finch fir fjord
flax flint flute foam fog forest forge fossil fountain fox frost garden garnet geyser ginger glacier glade glass glen
granite grape grove gull hamlet harbor harp harvest hazel heath heather hedge heron hickory hill hollow honey horizon
ibis indigo inlet iris island ivory ivy jade jasmine jetty juniper kayak kelp kernel kettle kite lagoon lake lantern
larch lark laurel lava lavender leaf ledge lemon lichen lilac lily lime linden linen lotus lumber lupin lynx maple marble
marigold market marsh meadow melon mesa mill mint mist moon moor moss mountain mulberry myrtle nectar nest nettle nutmeg
oak oasis oat obsidian ocean olive onyx opal orbit orchard orchid osprey otter owl oxbow oyster paddle palm paper
parsley pasture peach pear pearl pebble pepper petal pine plain plateau plum pollen pond poplar poppy prairie prism
quarry quartz quill quince rain raven reed reef resin ridge river robin rose rowan rye saffron sage salt sand sapphire
seed shadow shale shell shore silk silver sky slate snow sorrel spark spring spruce star stone storm straw stream summit
sunset swallow swan tea terrace thicket thistle thunder thyme tide timber topaz trail tulip tundra twig valley velvet
vine violet walnut water wave wheat whistle wild willow wind winter wolf wood wren yarrow yew zephyr zinnia`;
