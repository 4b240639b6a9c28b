// The commands that install what is missing, by family of system.

/** @typedef {import("./probes.mjs").Family} Family */

/** What installs a thing, by family of system. */
export const INSTALL = {
  java: {
    // Debian 12 has the one, Debian 13 the other; default-jdk is too old on Ubuntu 22.04
    debian:
      "sudo apt-get update; sudo apt-get install -y openjdk-21-jdk-headless || sudo apt-get install -y openjdk-17-jdk-headless",
    fedora: "sudo dnf install -y java-21-openjdk-headless",
    macos: "brew install openjdk@21 && export JAVA_HOME=$(brew --prefix openjdk@21)/libexec/openjdk.jdk/Contents/Home",
  },
  maven: {
    debian: "sudo apt-get update && sudo apt-get install -y maven",
    fedora: "sudo dnf install -y maven",
    macos: "brew install maven",
  },
  npm: {
    debian: "sudo apt-get update && sudo apt-get install -y nodejs npm",
    fedora: "sudo dnf install -y nodejs npm",
    macos: "brew install node@24 && export PATH=$(brew --prefix node@24)/bin:$PATH",
  },
};

/**
 * The lines that say how a thing is installed here; on an unknown system, everywhere.
 * @param {keyof typeof INSTALL} thing
 * @param {Family} family
 */
export function installLines(thing, family) {
  const { debian, fedora, macos } = INSTALL[thing];
  switch (family) {
    case "debian":
      return [debian];
    case "fedora":
      return [fedora];
    case "macos":
      return [macos];
    case "windows":
      return ["the stack runs in WSL: `wsl --install -d Debian` once, then in its terminal:", debian];
    default:
      return [`Debian, Ubuntu, WSL: ${debian}`, `Fedora:              ${fedora}`, `macOS:               ${macos}`];
  }
}
