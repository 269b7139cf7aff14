/** A real Slurm of two nodes on this machine: controller, two node daemons and munge, all in one folder and gone at the end. */
import { execFileSync, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmodSync, mkdirSync, readdirSync, readFileSync, existsSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const daemons = ['/usr/sbin/munged', '/usr/sbin/slurmctld', '/usr/sbin/slurmd']

/** Debian: `apt-get install slurm-wlm munge`; daemons of nodes start jobs as their users, for which they must be root. */
export const hasSlurm = process.getuid?.() === 0 && daemons.every((path) => existsSync(path))

export interface TestCluster {
  /** Environment in which the commands of Slurm find this cluster. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** Processes of jobs that run on a node, by `kill -9` of which a task is lost. */
  readonly jobProcesses: (node: 'n1' | 'n2') => readonly number[]
  /** Ends a node as a power failure would: its daemon, and every process of its jobs. */
  readonly killNode: (node: 'n1' | 'n2') => void
  /** Slurm holds an element that lost its node back for two minutes; as an administrator would, tells it to start now. */
  readonly hasten: () => void
  readonly stop: () => Promise<void>
}

/** Starts the cluster in an empty folder. */
export async function startCluster(dir: string): Promise<TestCluster> {
  chmodSync(dir, 0o755)
  for (const name of ['state', 'log', 'spool-n1', 'spool-n2', 'munge'])
    mkdirSync(join(dir, name), { mode: 0o755 })
  const conf = join(dir, 'slurm.conf')
  const [controller, one, two] = await freePorts(3)
  writeFileSync(conf, formatConfig(dir, controller!, [one!, two!]))
  const env = { ...process.env, SLURM_CONF: conf }
  const pidFiles = ['slurmd-n1', 'slurmd-n2', 'slurmctld', 'munged'].map((name) =>
    join(dir, `${name}.pid`),
  )
  const stop = async (): Promise<void> => {
    for (const node of ['n1', 'n2']) for (const pid of processesOf(conf, node)) kill(pid)
    for (const file of pidFiles) if (existsSync(file)) kill(Number(readFileSync(file, 'utf8')))
    await sleep(200)
  }
  try {
    writeFileSync(join(dir, 'munge.key'), randomBytes(128), { mode: 0o400 })
    execFileSync('/usr/sbin/munged', mungeArguments(dir), { stdio: 'ignore' })
    spawn('/usr/sbin/slurmctld', ['-f', conf, '-c'], { env, stdio: 'ignore' })
    await sleep(1000)
    for (const node of ['n1', 'n2'])
      spawn('/usr/sbin/slurmd', ['-f', conf, '-N', node], { env, stdio: 'ignore' })
    await untilIdle(env)
  } catch (error) {
    await stop()
    throw error
  }
  return {
    env,
    jobProcesses: (node) => processesOf(conf, node).filter(isJob),
    killNode: (node) => {
      const own = processesOf(conf, node)
      // The step daemons first: they would tell of the end of what they watch.
      for (const pid of own.filter(isJob).map(parentOf)) kill(pid)
      kill(Number(readFileSync(join(dir, `slurmd-${node}.pid`), 'utf8')))
      for (const pid of own) kill(pid)
    },
    hasten() {
      const query = (command: string, ...args: readonly string[]): string =>
        execFileSync(command, args, { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
      for (const line of query('squeue', '-h', '-r', '-t', 'PD', '-o', '%i %r').split('\n'))
        if (line.endsWith(' BeginTime'))
          query('scontrol', 'update', `JobId=${line.split(' ')[0]}`, 'StartTime=now')
    },
    stop,
  }
}

function mungeArguments(dir: string): string[] {
  const file = (name: string): string => join(dir, name)
  return [
    '--force',
    `--key-file=${file('munge.key')}`,
    `--socket=${file('munge/socket')}`,
    `--pid-file=${file('munged.pid')}`,
    `--log-file=${file('log/munged.log')}`,
    `--seed-file=${file('munge/seed')}`,
  ]
}

function formatConfig(dir: string, port: number, nodePorts: readonly number[]): string {
  const host = hostname().split('.')[0]!
  return `ClusterName=limbic
SlurmctldHost=${host}(127.0.0.1)
SlurmctldPort=${port}
AuthType=auth/munge
CredType=cred/munge
AuthInfo=socket=${dir}/munge/socket
SlurmUser=root
SlurmdUser=root
StateSaveLocation=${dir}/state
SlurmdSpoolDir=${dir}/spool-%n
SlurmctldPidFile=${dir}/slurmctld.pid
SlurmdPidFile=${dir}/slurmd-%n.pid
SlurmctldLogFile=${dir}/log/slurmctld.log
SlurmdLogFile=${dir}/log/slurmd-%n.log
ProctrackType=proctrack/pgid
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SwitchType=switch/none
MpiDefault=none
SchedulerType=sched/backfill
SchedulerParameters=batch_sched_delay=0,sched_min_interval=0,sched_interval=2,bf_interval=2
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SlurmdParameters=config_overrides
SlurmdTimeout=6
ReturnToService=2
MinJobAge=3600
MaxArraySize=10001
${['n1', 'n2'].map((node, i) => `NodeName=${node} NodeHostname=${host} NodeAddr=127.0.0.1 Port=${nodePorts[i]} CPUs=1 RealMemory=8000 State=UNKNOWN`).join('\n')}
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP
`
}

async function untilIdle(env: NodeJS.ProcessEnv): Promise<void> {
  let found = ''
  for (let i = 0; i < 150; i++) {
    await sleep(200)
    try {
      found = execFileSync('sinfo', ['-h', '-N', '-o', '%N %T'], {
        ...{ env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
      }).trim()
      if (found === 'n1 idle\nn2 idle') return
    } catch {
      // The controller does not answer yet.
    }
  }
  throw new Error(`Slurm did not come up: ${found}`)
}

/** Processes with the environment of jobs of one node of this cluster. */
function processesOf(conf: string, node: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      const environment = read(`/proc/${pid}/environ`).split('\0')
      return (
        environment.includes(`SLURM_CONF=${conf}`) &&
        environment.includes(`SLURMD_NODENAME=${node}`)
      )
    })
}

const isJob = (pid: number): boolean => read(`/proc/${pid}/cmdline`).includes('\0task\0')

const parentOf = (pid: number): number =>
  Number(/^PPid:\s*(\d+)/m.exec(read(`/proc/${pid}/status`))?.[1] ?? 0)

/** A process may end while it is looked at. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

function kill(pid: number): void {
  if (!(pid > 1)) return
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended by itself.
  }
}

async function freePorts(n: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: n }, async () => {
      const server = createServer()
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      return server
    }),
  )
  const ports = servers.map((server) => (server.address() as AddressInfo).port)
  for (const server of servers) server.close()
  return ports
}
