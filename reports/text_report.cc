#include "reports/text_report.h"

#include <algorithm>
#include <array>
#include <vector>

#include "scenarios/run_text.h"
#include "sim/time.h"

namespace ktrial::reports {
namespace {

using scenarios::RunResult;
using scenarios::SecondsText;
using scenarios::Verdict;

// Marks are one column wide but three bytes long, so padding is done apart from them.
std::string_view MarkOf(Verdict verdict) {
  constexpr std::array<std::string_view, 3> kMarks = {"\u2713", "\u2717", "?"};
  return kMarks[static_cast<size_t>(verdict)];
}

std::string_view WordOf(Verdict verdict) {
  constexpr std::array<std::string_view, 3> kWords = {"PASS", "FAIL", "UNKNOWN"};
  return kWords[static_cast<size_t>(verdict)];
}

std::string Colored(std::string_view text, Verdict verdict, const TextStyle& style) {
  if (!style.color) return std::string(text);
  constexpr std::array<std::string_view, 3> kColors = {"\x1b[32m", "\x1b[31m", "\x1b[33m"};
  return std::string(kColors[static_cast<size_t>(verdict)]) + std::string(text) + "\x1b[0m";
}

std::string Padded(std::string_view text, size_t width) {
  std::string padded(text);
  if (padded.size() < width) padded.append(width - padded.size(), ' ');
  return padded;
}

std::string RightAligned(const std::string& text, size_t width) {
  return text.size() < width ? std::string(width - text.size(), ' ') + text : text;
}

// "   10.003 s", so that the points of a column stand below each other.
std::string TimeColumn(sim::Duration at) { return RightAligned(SecondsText(at), 11); }

// Parts of an outage are as long as sessions and as short as a round trip.
std::string MillisColumn(sim::Duration length) {
  const int64_t micros = (length.nanos() + 500) / 1000;
  return RightAligned(std::to_string(micros / 1000) + "." + std::to_string(1000 + micros % 1000).substr(1) + " ms", 15);
}

class Report {
 public:
  Report(const FinishedRun& run, const TextStyle& style) : run_(run), result_(run.result), style_(style) {}

  void Title(std::string_view scenario) {
    text_ += Colored(WordOf(result_.verdict), result_.verdict, style_) + "  " + std::string(scenario) + "  seed " +
             std::to_string(result_.seed) + "\n";
    if (!result_.not_started.empty()) text_ += "  " + result_.not_started + "\n";
  }

  void Expectations(bool only_failed) {
    size_t text_width = 0;
    size_t measured_width = 0;
    for (const scenarios::ExpectationResult& e : result_.expectations) {
      if (only_failed && e.verdict == Verdict::kPass) continue;
      text_width = std::max(text_width, e.text.size());
      measured_width = std::max(measured_width, e.measured.size());
    }
    for (const scenarios::ExpectationResult& e : result_.expectations) {
      if (only_failed && e.verdict == Verdict::kPass) continue;
      text_ += "  " + Colored(MarkOf(e.verdict), e.verdict, style_) + " " + Padded(e.text, text_width) + "   " +
               Padded(e.measured, measured_width) + "   bound " + e.bound + "\n";
    }
  }

  // Faults that did not happen.
  void Misses() {
    for (const scenarios::FaultResult& fault : result_.faults) {
      if (fault.hit) continue;
      text_ += "  " + Colored(MarkOf(Verdict::kUnknown), Verdict::kUnknown, style_) + " fault at " +
               SecondsText(fault.begun) + " hit nothing: " + fault.what +
               (fault.miss.empty() ? "" : " (" + fault.miss + ")") + "\n";
    }
  }

  void Outages() {
    for (const scenarios::OutageResult& outage : result_.outages) {
      const std::string what = outage.kind == scenarios::OutageKind::kWrite ? "write" : "read";
      text_ += "\nlongest " + what + " outage of " + outage.topic +
               (outage.through_election ? " in which the leader changed: " : ": ");
      if (!outage.exercised) {
        text_ += "nothing was " + std::string(what == "write" ? "written" : "read") + "\n";
        continue;
      }
      text_ += SecondsText(outage.length) + " on partition " + std::to_string(outage.partition) + ", from " +
               SecondsText(outage.begin) + (outage.ended ? "" : ", and not over") + "\n";
      // Shorter ones are the rhythm of batches.
      if (outage.length < sim::Seconds(1)) continue;
      for (const scenarios::OutagePart& part : outage.parts) {
        text_ +=
            "  " + MillisColumn(part.length) + "  " + Padded(part.name, kPartColumn) + "until " + part.until + "\n";
      }
    }
  }

  void Story() {
    if (result_.story.empty()) return;
    text_ += "\nwhat happened\n";
    for (const scenarios::StoryLine& line : result_.story)
      text_ += "  " + TimeColumn(line.at) + "  " + line.text + "\n";
  }

  void Violations(std::string_view title, const std::vector<scenarios::ViolationResult>& violations) {
    if (violations.empty()) return;
    text_ += "\n" + std::string(title) + "\n";
    for (const scenarios::ViolationResult& v : violations) {
      text_ += "  " + v.property + " at " + SecondsText(v.at) + ": " + v.summary + "\n";
      if (!v.licence.empty()) text_ += "      allowed by: " + v.licence + "\n";
      for (const std::string& line : v.evidence) text_ += "      " + line + "\n";
    }
  }

  void Counts() {
    const scenarios::CountResults& c = result_.counts;
    const auto n = [](int64_t count) { return std::to_string(count); };
    text_ += "\nrecords   " + n(c.sent) + " sent = " + n(c.acked) + " acked + " + n(c.refused) + " refused + " +
             n(c.unknown) + " unknown + " + n(c.outstanding) + " outstanding\n";
    text_ += "          " + n(c.consumed) + " consumed (" + n(c.redelivered) + " again), " + n(c.lost) + " lost, " +
             n(c.duplicates) + " duplicates\n";
    text_ += "cluster   " + scenarios::CountText(c.elections, "election") + ", " +
             scenarios::CountText(c.rebalances, "rebalance") + ", " + scenarios::CountText(c.truncated, "record") +
             " truncated\n";
  }

  void Run() {
    text_ += "run       " + SecondsText(result_.virtual_time) + " simulated (" + SecondsText(result_.start_up) +
             " of it to start the cluster), " + scenarios::CountText(static_cast<int64_t>(result_.events), "event") +
             ", hash " + HashText(result_.trace_hash) + "\n";
    if (style_.deterministic) return;
    const int64_t wall = std::max<int64_t>(run_.wall_micros, 1);
    text_ += "speed     " + SecondsText(sim::Microseconds(wall)) + " real time, " +
             std::to_string(result_.virtual_time.micros() / wall) + " times faster than real, " +
             std::to_string(static_cast<int64_t>(result_.events) * 1'000'000 / wall) + " events/s\n";
  }

  void Reproduce(std::string_view command) {
    if (result_.verdict != Verdict::kPass) text_ += "reproduce: " + std::string(command) + "\n";
  }

  std::string Take() { return std::move(text_); }

 private:
  static constexpr size_t kPartColumn = 24;

  const FinishedRun& run_;
  const RunResult& result_;
  const TextStyle& style_;
  std::string text_;
};

}  // namespace

std::string RunReport(std::string_view scenario, const FinishedRun& run, std::string_view reproduce,
                      const TextStyle& style) {
  Report report(run, style);
  report.Title(scenario);
  report.Expectations(/*only_failed=*/false);
  report.Misses();
  report.Violations("violations", run.result.violations);
  report.Violations("allowed anomalies", run.result.allowed);
  report.Outages();
  report.Story();
  report.Counts();
  report.Run();
  report.Reproduce(reproduce);
  return report.Take();
}

std::string ShortRunReport(std::string_view scenario, const FinishedRun& run, std::string_view reproduce,
                           const TextStyle& style) {
  Report report(run, style);
  report.Title(scenario);
  if (run.result.verdict == Verdict::kPass) return report.Take();
  report.Expectations(/*only_failed=*/true);
  report.Misses();
  report.Violations("violations", run.result.violations);
  report.Reproduce(reproduce);
  return report.Take();
}

}  // namespace ktrial::reports
