#include "reports/trace_text.h"

#include <cstdio>

#include "reports/fact_text.h"
#include "scenarios/trial.h"

namespace ktrial::reports {

namespace {

constexpr size_t kTimeColumn = 13;

std::string Seconds(sim::Duration at) {
  const std::string fraction = std::to_string(1'000'000 + at.micros() % 1'000'000).substr(1);
  return std::to_string(at.micros() / 1'000'000) + "." + fraction;
}

std::string PadLeft(std::string text) {
  return text.size() < kTimeColumn ? std::string(kTimeColumn - text.size(), ' ') + text : text;
}

}  // namespace

std::string TraceTime(sim::Duration at) { return PadLeft(Seconds(at)); }

void TraceText::OnFact(const sim::FactHeader& header, const void* fact) {
  const bool started = trial_.phase() != scenarios::Trial::Phase::kStartUp;
  const std::string time =
      started ? TraceTime(trial_.ToScenarioTime(header.at)) : PadLeft("(" + Seconds(header.at - sim::SimTime()) + ")");
  const std::string line = time + " " + FactText(header, fact, trial_.names()) + "\n";
  std::fwrite(line.data(), 1, line.size(), stdout);
}

}  // namespace ktrial::reports
