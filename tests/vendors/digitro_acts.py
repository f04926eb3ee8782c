"""What Dígitro's tests of commands have happen to a call before, and what they expect."""

from dataclasses import dataclass, field

from simulator.telephony.calls import Cause, Kind, State

RECEIVED = (200, {})

QUEUED = (Kind.QUEUED, {"queue": "suporte"})
RINGS = (Kind.RINGING, {"extension": "125"})
ANSWERS = (Kind.ANSWERED, {"extension": "125"})
RINGS_ELSEWHERE = (Kind.RINGING, {"extension": "124"})
ANSWERS_ELSEWHERE = (Kind.ANSWERED, {"extension": "124"})
HELD = (Kind.HELD, {})
PARKED = (Kind.PARKED, {})
DETECTS = "detectar-cifras-dtmf"


@dataclass(frozen=True)
class Case:
    """What stands before a command, which may be held calls and commands beside it, and what comes of it."""

    before: tuple = ()
    fields: dict = field(default_factory=dict)
    wrong: tuple = ()  # a call as it must not be
    after: State = State.TALKING
    present: tuple = ("125",)
    told: tuple = ()


TALKS = (RINGS, ANSWERS)
ELSEWHERE = {"DISPOSITIVO_DESTINO": "1244000"}

# The commands that are about one call; those that need more than one, or an agent, have tests of their own.
ONE_CALL = {
    "desvia-caixa-postal": Case(
        TALKS, ELSEWHERE, (QUEUED,), State.MAILBOX, (), ("DESVIO 1125000>1244000", "DESLIGAMENTO 1125000")
    ),
    "predefine-destino": Case(TALKS, ELSEWHERE, (*TALKS, HELD)),
    "coloca-espera": Case(TALKS, {}, (RINGS,), State.HELD, told=("ESPERA 1125000",)),
    "recupera-espera": Case((*TALKS, HELD), {}, TALKS, told=("RECUPERACAO 1125000",)),
    "intercala-dispositivo": Case(
        (RINGS_ELSEWHERE, ANSWERS_ELSEWHERE),
        ELSEWHERE,
        (RINGS_ELSEWHERE,),
        present=("124", "125"),
        told=("CONFERENCIA 1125000",),
    ),
    "transferencia-imediata": Case(
        TALKS,
        ELSEWHERE,
        (*TALKS, HELD),
        State.RINGING,
        (),
        ("DESVIO 1125000>1244000", "DESLIGAMENTO 1125000", "TOQUE 1244000"),
    ),
    "finaliza-chamada": Case(
        TALKS, {}, (*TALKS, (Kind.ENDED, {"cause": Cause.NORMAL})), State.ENDED, (), ("DESLIGAMENTO 1125000",)
    ),
    "atende-chamada": Case((RINGS,), {}, (RINGS_ELSEWHERE,), told=("ATENDIMENTO 1125000",)),
    "captura-estacionada": Case(
        (RINGS_ELSEWHERE, ANSWERS_ELSEWHERE, PARKED),
        {},
        (RINGS_ELSEWHERE, ANSWERS_ELSEWHERE),
        told=("CAPTURA 1125000", "ATENDIMENTO 1125000"),
    ),
    "captura-dac": Case(
        (QUEUED,),
        {"DISPOSITIVO_DESTINO": "1132000"},
        ((Kind.QUEUED, {"queue": "vendas"}),),
        told=("SAIDA_DE_FILA >1132000", "CAPTURA 1125000", "ATENDIMENTO 1125000"),
    ),
    "captura-chamada": Case(
        (RINGS_ELSEWHERE,),
        ELSEWHERE,
        (RINGS,),
        told=("CAPTURA 1125000", "ATENDIMENTO 1125000", "DESLIGAMENTO 1244000"),
    ),
    "estaciona-chamada": Case(
        TALKS, {}, (RINGS,), State.PARKED, (), ("ESTACIONAMENTO 1125000", "DESLIGAMENTO 1125000")
    ),
    "troca-servico": Case(
        (QUEUED,),
        {"SERVICO": "7002"},
        ((Kind.QUEUED, {"queue": "vendas"}),),
        State.RINGING,  # nobody has logged in to that queue
        (),
        ("SAIDA_DE_FILA >1132000", "ENTRADA_EM_FILA >7002", "SAIDA_DE_FILA >7002", "TOQUE 116"),
    ),
    "define-fonte-musica": Case((*TALKS, HELD), {"FONTE_MUSICA": "10"}, TALKS, State.HELD),
    "associa-dados": Case(
        (QUEUED,),
        {"DADOS": "novo"},
        ((Kind.ENDED, {"cause": Cause.ABANDONED}),),
        State.QUEUED,
        (),
        ("DADOS_ASSOCIADOS",),
    ),
    DETECTS: Case(TALKS, {}, (RINGS,)),
    "parar-deteccao-cifras-dtmf": Case(TALKS, {}, (RINGS,)),
    "enviar-cifras-dtmf": Case(TALKS, {"CIFRAS": "1#"}, (*TALKS, HELD)),
}
