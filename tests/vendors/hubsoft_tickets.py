"""What the tests of HubSoft's neighbouring routes ask about tickets."""

from __future__ import annotations

TICKET = {"id_cliente_servico": "11201", "descricao": "Sem acesso", "nome": "Ana", "telefone": "37999112233"}
