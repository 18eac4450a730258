
set -euo pipefail

# Starts the tasks that have parts to do, and after them, whatever has become of them, the job that joins the parts. $1: which round this is.
submit() {
  local round=$1 status=0 after='' missing list job
  mkdir -p -- "$folder"
  missing=$("$quincunx" status --format numbers -- "$plan" "$folder") || status=$?
  if ((status == 3)); then
    list=$(while read -r part; do echo $(((part - 1) % tasks + 1)); done <<<"$missing" | sort -nu | paste -sd, -)
    job=$(sbatch --parsable --array="$list" "$self" simulate "$(tail -n 1 <<<"$missing")")
    job=${job%%;*}
    after=--dependency=afterany:$job
    echo "round $round of $rounds: job $job simulates $(wc -l <<<"$missing") of $parts parts"
  elif ((status != 0)); then
    exit "$status"
  fi
  job=$(sbatch --parsable ${after:+"$after"} --cpus-per-task=1 "$self" merge "$round")
  echo "job ${job%%;*} joins the parts and writes $result"
}

# A task: parts I, I + tasks, I + 2 tasks, ... up to $1. A part that is there already takes no time.
simulate() {
  local last=$1 part status failed=0
  for ((part = SLURM_ARRAY_TASK_ID; part <= last; part += tasks)); do
    status=0
    "$quincunx" shard --index "$part" --dir="$folder" --threads "${SLURM_CPUS_PER_TASK:-1}" --quiet -- "$plan" || status=$?
    # Ended by a signal: the time is up.
    if ((status > 128)); then exit "$status"; fi
    if ((status != 0)); then failed=$status; fi
  done
  exit "$failed"
}

# Joins the parts. If some are missing or damaged, they get another round.
merge() {
  local round=$1 status=0
  "$quincunx" status -- "$plan" "$folder" || status=$?
  if ((status == 3 && round < rounds)); then
    submit $((round + 1))
  fi
  if ((status != 0)); then exit "$status"; fi
  "$quincunx" merge --format json --out="$result" -- "$plan" "$folder"
}

if [[ ! -f $0 ]]; then
  echo "save this script to a file, and start that" >&2
  exit 2
fi
self=$(realpath -- "$0")
case ${1:-submit} in
  submit) submit 1 ;;
  simulate) simulate "$2" ;;
  merge) merge "$2" ;;
  *)
    echo "usage: bash $0" >&2
    exit 2
    ;;
esac
