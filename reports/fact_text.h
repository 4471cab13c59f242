// Facts as lines of text, for traces: who, what, and the fields in Kafka's words.
//
//   "broker-2    BecameLeader    partition=orders/0 leader-epoch=1 start-offset=815 high-watermark=812"
#ifndef KTRIAL_REPORTS_FACT_TEXT_H_
#define KTRIAL_REPORTS_FACT_TEXT_H_

#include <string>

#include "scenarios/run_names.h"
#include "sim/fact.h"

namespace ktrial::reports {

// Process (in a column of 16), kind (in a column of 28) and fields; no line end. `fact` is as FactSink::OnFact gets it.
std::string FactText(const sim::FactHeader& header, const void* fact, const scenarios::RunNames& names);

}  // namespace ktrial::reports

#endif  // KTRIAL_REPORTS_FACT_TEXT_H_
