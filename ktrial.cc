// The command line: reads the arguments and hands them to the commands in reports/.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <csignal>
#include <cstdio>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reports/catalogue_command.h"
#include "reports/exit_status.h"
#include "reports/run_command.h"
#include "reports/version.h"
#include "scenarios/text.h"
#include "scenarios/units.h"
#include "sim/check.h"
#include "sim/time.h"

namespace {

using ktrial::reports::ExitStatus;

void AddChanges(CLI::App* command, ktrial::reports::ScenarioChanges* changes) {
  command->add_option("--set", changes->sets, "Override a value of the scenario: path=value, steps separated by /")
      ->type_name("PATH=VALUE")
      ->allow_extra_args(false);
  command->add_option("--defect", changes->defects, "Switch a known flaw of Kafka on, by id or name")
      ->type_name("ID")
      ->allow_extra_args(false);
  command->add_flag("--no-defects", changes->no_defects, "Leave out the defects that the scenario names");
  command->add_flag("--strict", changes->strict, "Refuse Kafka keys that are not modelled (KS003)");
}

std::optional<uint64_t> ParseSeed(std::string_view text) {
  const std::optional<int64_t> value = ktrial::scenarios::ParseInteger(text);
  return value && *value >= 0 ? std::optional(static_cast<uint64_t>(*value)) : std::nullopt;
}

// "7" or "1..200".
std::optional<ktrial::reports::SeedRange> ParseSeeds(std::string_view text) {
  const size_t dots = text.find("..");
  const std::optional<uint64_t> first = ParseSeed(text.substr(0, dots));
  const std::optional<uint64_t> last = dots == std::string_view::npos ? first : ParseSeed(text.substr(dots + 2));
  if (!first || !last || *first > *last) return std::nullopt;
  return ktrial::reports::SeedRange{*first, *last};
}

// More would take years, and seeds are counted in 64 bits.
constexpr uint64_t kMaxSeeds = 1'000'000'000;

std::string CheckSeed(const std::string& text) {
  return ParseSeed(text) ? "" : "a seed is a whole number; --seeds takes a range";
}

std::string CheckSeeds(const std::string& text) {
  const auto seeds = ParseSeeds(text);
  if (!seeds) return "seeds are a number, or a range as 1..200";
  return seeds->last - seeds->first < kMaxSeeds ? "" : "at most 1000000000 seeds at a time";
}

std::string CheckTime(const std::string& text) {
  const auto time = ktrial::scenarios::ParseDuration(text);
  if (!time.ok()) return "a time has a unit: 41.2s, 1m";
  return time.value >= ktrial::sim::Duration() ? "" : "a scenario begins at 0s";
}

// All words that could have stood where `word` does, for "did you mean".
std::vector<std::string> WordsOf(const CLI::App& app, bool options) {
  std::vector<std::string> words;
  if (!options) {
    for (const CLI::App* command : app.get_subcommands({})) words.push_back(command->get_name());
    return words;
  }
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) words.push_back("--" + name);
  }
  return words;
}

// The command that the arguments name, or the program itself.
const CLI::App& NamedCommand(const CLI::App& app, int argc, char** argv) {
  for (const CLI::App* command : app.get_subcommands({})) {
    if (argc > 1 && command->get_name() == argv[1]) return *command;
  }
  return app;
}

int UsageError(const CLI::App& app, const CLI::ParseError& error, int argc, char** argv) {
  const CLI::App& command = NamedCommand(app, argc, argv);
  std::string message = error.what();
  std::string hint;
  for (int i = 1; i < argc && hint.empty(); ++i) {
    const std::string word = std::string(argv[i]).substr(0, std::string(argv[i]).find('='));
    const bool option = word.rfind("--", 0) == 0;
    if (!option && (i != 1 || &command != &app)) continue;
    const std::vector<std::string> known = WordsOf(option ? command : app, option);
    if (std::find(known.begin(), known.end(), word) != known.end()) continue;
    message = std::string(option ? "unknown option '" : "unknown command '") + word + "'";
    if (const auto nearest = ktrial::scenarios::NearestWord(word, known)) hint = "; did you mean '" + *nearest + "'?";
    break;
  }
  const std::string name = &command == &app ? "ktrial" : "ktrial " + command.get_name();
  std::fprintf(stderr, "ktrial: %s%s\nsee: %s --help\n", message.c_str(), hint.c_str(), name.c_str());
  return ktrial::reports::kUsage;
}

struct Arguments {
  ktrial::reports::RunArguments run;
  ktrial::reports::ReplayArguments replay;
  ktrial::reports::ScenarioChanges check_changes;
  std::vector<std::string> check_files;
  std::string seed;
  std::string seeds;
  std::string replay_seed;
  std::string until;
  std::string run_trace;
  std::string replay_trace;
  std::string catalogue;
  std::string explained;
  bool list_json = false;
  bool version_json = false;
};

void DefineRun(CLI::App& app, Arguments& a) {
  CLI::App* run = app.add_subcommand("run", "Run scenarios and judge them");
  run->add_option("FILE", a.run.files, "Scenario files, or names of shipped scenarios")->required();
  CLI::Option* seed = run->add_option("--seed", a.seed, "The seed of every random draw; default: the scenario's own");
  seed->check(CLI::Validator(CheckSeed, "N"));
  run->add_option("--seeds", a.seeds, "Run once for each seed")
      ->check(CLI::Validator(CheckSeeds, "A..B"))
      ->excludes(seed);
  run->add_option("--jobs", a.run.jobs, "Worker processes; default: one for each processor")
      ->check(CLI::Range(1, 4096))
      ->type_name("N");
  AddChanges(run, &a.run.changes);
  CLI::Option* json = run->add_flag("--json", a.run.json, "Print one JSON document");
  run->add_flag("--verify", a.run.verify, "Run every seed twice and compare");
  run->add_option("--trace", a.run_trace, "Print every fact; needs one scenario and one seed")
      ->check(CLI::IsMember({"text"}))
      ->excludes(json);
  run->add_flag("--quiet", a.run.quiet, "Print verdicts only, and no progress");
}

void DefineReplay(CLI::App& app, Arguments& a) {
  CLI::App* replay = app.add_subcommand("replay", "Run one seed of a scenario again, to look at it");
  replay->add_option("FILE", a.replay.file, "A scenario file, or the name of a shipped scenario")->required();
  replay->add_option("--seed", a.replay_seed, "The seed; default: the scenario's own")
      ->check(CLI::Validator(CheckSeed, "N"));
  replay->add_option("--until", a.until, "Stop at this time of the scenario, without a verdict")
      ->check(CLI::Validator(CheckTime, "TIME"));
  replay->add_option("--trace", a.replay_trace, "Print every fact")->check(CLI::IsMember({"text"}));
  AddChanges(replay, &a.replay.changes);
}

void DefineOthers(CLI::App& app, Arguments& a) {
  CLI::App* check = app.add_subcommand("check", "Read scenarios and say what is wrong with them; run nothing");
  check->add_option("FILE", a.check_files, "Scenario files, or names of shipped scenarios")->required();
  AddChanges(check, &a.check_changes);
  CLI::App* list = app.add_subcommand("list", "List scenarios, defects, properties, faults or configs");
  std::vector<std::string> names;
  for (const std::string_view name : ktrial::reports::CatalogueNames()) names.emplace_back(name);
  list->add_option("WHAT", a.catalogue)->required()->check(CLI::IsMember(names));
  list->add_flag("--json", a.list_json, "Print a JSON array");
  CLI::App* explain =
      app.add_subcommand("explain", "Explain a diagnostic code, a Kafka key, a defect, a property or a fault");
  explain->add_option("WHAT", a.explained, "KS012, min.insync.replicas, DR01, S6, ...")->required();
  CLI::App* version = app.add_subcommand("version", "Print ktrial's version");
  version->add_flag("--json", a.version_json, "Print a JSON object");
}

// What CLI11 cannot check by itself; empty if all is well.
std::string Complete(Arguments& a) {
  if (!a.seed.empty()) a.run.seeds = ParseSeeds(a.seed);
  if (!a.seeds.empty()) a.run.seeds = ParseSeeds(a.seeds);
  a.run.trace = !a.run_trace.empty();
  const bool many = a.run.files.size() > 1 || (a.run.seeds && a.run.seeds->size() > 1);
  if (a.run.trace && many) return "--trace needs one scenario and one seed";
  if (a.run.trace && a.run.verify) return "--trace and --verify cannot be used together";
  if (!a.replay_seed.empty()) a.replay.seed = ParseSeed(a.replay_seed);
  if (!a.until.empty()) a.replay.until = ktrial::scenarios::ParseDuration(a.until).value;
  a.replay.trace = !a.replay_trace.empty();
  return "";
}

int Dispatch(const CLI::App& app, Arguments& a) {
  if (app.got_subcommand("run")) return ktrial::reports::RunCommand(a.run);
  if (app.got_subcommand("replay")) return ktrial::reports::ReplayCommand(a.replay);
  if (app.got_subcommand("check")) return ktrial::reports::CheckCommand(a.check_files, a.check_changes);
  if (app.got_subcommand("list")) return ktrial::reports::ListCommand(a.catalogue, a.list_json);
  if (app.got_subcommand("explain")) return ktrial::reports::ExplainCommand(a.explained);
  KT_CHECK(app.got_subcommand("version"));
  return ktrial::reports::VersionCommand(a.version_json);
}

}  // namespace

int main(int argc, char** argv) {
  // A failed check has said what is wrong.
  std::signal(SIGABRT, [](int) { _exit(ktrial::reports::kOwnFault); });
  CLI::App app("ktrial puts a Kafka design on trial before it is deployed", "ktrial");
  app.require_subcommand(1);
  app.set_version_flag("--version", "ktrial " + std::string(ktrial::reports::kVersion), "Print ktrial's version");
  Arguments arguments;
  DefineRun(app, arguments);
  DefineReplay(app, arguments);
  DefineOthers(app, arguments);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& asked) {
    return app.exit(asked);
  } catch (const CLI::ParseError& error) {
    return UsageError(app, error, argc, argv);
  }
  const std::string problem = Complete(arguments);
  if (!problem.empty()) {
    std::fprintf(stderr, "ktrial: %s\n", problem.c_str());
    return ktrial::reports::kUsage;
  }
  try {
    const int status = Dispatch(app, arguments);
    // A verdict that nobody could read is none.
    if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return status;
    std::fprintf(stderr, "ktrial: cannot write the results\n");
  } catch (const std::exception& error) {
    std::fprintf(stderr, "ktrial: fault of its own: %s\n", error.what());
  }
  return ktrial::reports::kOwnFault;
}
